# SPDX-License-Identifier: Apache-2.0
"""The kernel's own registers: places, units, seats, people, accounts, rights, tokens, sessions, audit log."""

from collections.abc import Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from anshu.console.columns import AgeColumn, Column, DivisionColumn, PhoneColumn, StateColumn
from anshu.console.fields import field_for
from anshu.console.filters import ChoiceFilter, PeriodFilter
from anshu.console.forms import RegisterForm
from anshu.console.register import Action, Group, Register, Tab
from anshu.console.registry import register
from anshu.kernel.access import services as access
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.models import ApiToken, Grant, OpenSession, User
from anshu.kernel.access.viewer import NOTHING, Viewer, within
from anshu.kernel.audit.actor import DEVICE, PERSON, PLATFORM
from anshu.kernel.audit.models import AuditEntry
from anshu.kernel.org import services as org
from anshu.kernel.org.models import Division, Organisation, Person, Post, Responsibility, Tenure
from anshu.web.boundaries import may_import
from anshu.web.glass import may_break_glass


def _lasting(rows: QuerySet[Any], viewer: Viewer, now: datetime) -> QuerySet[Any]:
    return rows.filter(Q(until=None) | Q(until__gt=now))


LASTING = Tab(code="lasting", name=_("现行"), narrow=_lasting)


class KernelRegister(Register):
    """What these share: they stand in 政务管理, carry no files and take no tables unless said."""

    module = "affairs"
    attach = False
    importable = False
    history = True


class WholeRegister(KernelRegister):
    """A register without places: whoever holds the right at all sees every row."""

    def scope(self, viewer: Viewer, right: Right = Right.READ) -> Q:
        """This will give everything or nothing."""
        return Q() if viewer.can(self.capability, right) else NOTHING


@register
class DivisionRegister(KernelRegister):
    """Places change by decree and by import of boundaries, never by hand."""

    slug = "divisions"
    model = Division
    capability = Capability.CONFIGURATION
    name = _("行政区划")
    about = _("这里是区划代码树。运行 anshu migrate 会载入龙游县的乡镇和村社。")
    order = 500
    columns = (
        Column("code"),
        Column("name", link=True),
        Column("level"),
        Column("kind"),
        DivisionColumn("parent_code", label=_("上级")),
        Column("boundary"),
        Column("valid_from", default=False),
        Column("source", default=False, sortable=False),
    )
    filters = ("level", "boundary")
    search = ("name", "code", "initials")
    sort = "code"
    groups = (Group(_("区划"), ("code", "name", "level", "kind", "parent_code", "boundary", "valid_from", "source")),)

    def links_for(self, viewer: Viewer) -> Sequence[tuple[Any, str]]:
        """This will lead those who may replace boundaries to their import."""
        return [(_("导入边界"), reverse("boundaries"))] if may_import(viewer) else []

    def scope(self, viewer: Viewer, right: Right = Right.READ) -> Q:
        """This will ask the division's own code, by which it lies in itself."""
        prefixes = {scope.prefix for scope in viewer.scopes(self.capability, right) if scope.prefix}
        return reduce(or_, (Q(code__startswith=prefix) for prefix in prefixes), NOTHING)


class OrganisationForm(RegisterForm):
    """An organisation as people enter it."""

    class Meta:
        model = Organisation
        formfield_callback = field_for
        fields = ("code", "name", "short_name", "kind", "division_code", "sectors", "phone")


@register
class OrganisationRegister(KernelRegister):
    """Departments, townships, villages, enterprises, teams."""

    slug = "organisations"
    model = Organisation
    capability = Capability.CONFIGURATION
    name = _("单位")
    about = _("这里登记部门、乡镇、村社、企业和队伍。先有单位,才有岗位和人。")
    order = 510
    columns = (
        Column("name", link=True),
        Column("kind"),
        DivisionColumn(),
        Column("code"),
        Column("sectors", default=False, sortable=False),
        PhoneColumn("phone", sortable=False),
        Column("closed_on", empty=_("在用"), default=False),
    )
    filters = ("division", "kind")
    search = ("name", "short_name", "code")
    sort = "id"
    natural_key = ("code",)
    importable = True
    form = OrganisationForm
    subject = "organisation"
    create, update = org.organisation_create, org.organisation_update
    phones = ("phone",)
    groups = (
        Group(_("单位"), ("name", "short_name", "kind", "code", "division_code", "sectors", "phone", "closed_on")),
    )
    actions = (
        Action(
            code="closed",
            label=_("撤销"),
            needs=("reason",),
            danger=True,
            when=lambda row, viewer: row.closed_on is None,
            run=lambda row, actor, now, given: org.organisation_close(
                organisation=row, on=timezone.localdate(now), reason=given["reason"], actor=actor, now=now
            ),
        ),
    )


class PersonForm(RegisterForm):
    """A person as people enter one."""

    class Meta:
        model = Person
        formfield_callback = field_for
        fields = ("name", "phone", "division_code")


@register
class PersonRegister(KernelRegister):
    """People who may hold seats; phones are shown one at a time and for a reason."""

    slug = "people"
    model = Person
    capability = Capability.CONFIGURATION
    name = _("人员")
    about = _("这里登记担任岗位的人。手机号平时遮住,需要时写明用途查看。")
    order = 520
    columns = (Column("name", link=True), PhoneColumn("phone", sortable=False), DivisionColumn())
    filters = ("division",)
    search = ("name",)
    form = PersonForm
    subject = "person"
    create, update = org.person_create, org.person_update
    phones = ("phone",)
    groups = (Group(_("人员"), ("name", "phone", "division_code")),)

    def reveal(self, row: Any, name: str, *, actor: Viewer, now: datetime, reason: str) -> str:
        """This will go through the access kernel, which limits how many numbers one may ask for."""
        return access.phone_reveal(person=row, actor=actor, now=now, reason=reason)


class PostForm(RegisterForm):
    """A seat in an organisation."""

    class Meta:
        model = Post
        formfield_callback = field_for
        fields = ("organisation", "title", "order")


@register
class PostRegister(KernelRegister):
    """Seats: duties belong to them, people hold them for a while."""

    slug = "posts"
    model = Post
    capability = Capability.CONFIGURATION
    name = _("岗位")
    about = _("岗位是责任的归属:先在单位下设岗,再安排人任职。")
    order = 530
    scope_path = "organisation__"
    related = ("organisation",)
    columns = (
        Column("title", link=True),
        Column("organisation", sortable=False),
        DivisionColumn("organisation.division_code"),
        Column("order", right=True),
        Column("active"),
    )
    filters = ("division", "active")
    search = ("title", "organisation__name")
    form = PostForm
    subject = "post"
    create = org.post_create
    groups = (Group(_("岗位"), ("title", "organisation", "order", "active")),)
    actions = (
        Action(
            code="renamed",
            label=_("改名"),
            fields={
                "title": lambda viewer: forms.CharField(label=_("职务"), max_length=60),
                "order": lambda viewer: forms.IntegerField(label=_("排序"), min_value=1, max_value=999, initial=10),
            },
            needs=("reason",),
            when=lambda row, viewer: row.active,
            run=lambda row, actor, now, given: org.post_update(post=row, actor=actor, now=now, **given),
        ),
        Action(
            code="closed",
            label=_("停用"),
            needs=("reason",),
            danger=True,
            when=lambda row, viewer: row.active,
            run=lambda row, actor, now, given: org.post_close(post=row, reason=given["reason"], actor=actor, now=now),
        ),
    )


class TenureForm(RegisterForm):
    """Who takes which seat, and from when; whoever sat there leaves at that instant."""

    class Meta:
        model = Tenure
        formfield_callback = field_for
        fields = ("post", "person", "since")


@register
class TenureRegister(KernelRegister):
    """Who sits where, and who sat there before."""

    slug = "tenures"
    model = Tenure
    capability = Capability.CONFIGURATION
    name = _("任职")
    about = _("谁在什么岗位、从何时到何时。新任开始的同时,前任自动离任,责任没有空档。")
    order = 540
    scope_path = "post__organisation__"
    related = ("post__organisation", "person")
    columns = (
        Column("person", link=True, sortable=False),
        Column("post", sortable=False),
        DivisionColumn("post.organisation.division_code"),
        Column("since"),
        Column("until", empty=_("在任")),
    )
    filters = ("division",)
    search = ("person__name", "post__title", "post__organisation__name")
    tabs = (LASTING,)
    form = TenureForm
    create = org.tenure_begin
    groups = (Group(_("任职"), ("person", "post", "since", "until")),)
    actions = (
        Action(
            code="ended",
            label=_("离任"),
            needs=("reason",),
            danger=True,
            when=lambda row, viewer: row.until is None,
            run=lambda row, actor, now, given: org.tenure_end(tenure=row, reason=given["reason"], actor=actor, now=now),
        ),
    )


class ResponsibilityForm(RegisterForm):
    """Which seat answers for a place and a sector."""

    class Meta:
        model = Responsibility
        formfield_callback = field_for
        fields = ("division_code", "sector_code", "rung", "post", "since", "source")


@register
class ResponsibilityRegister(KernelRegister):
    """The responsibility chain: at each place and in each sector, who is first, who deputises, who is above."""

    slug = "responsibilities"
    model = Responsibility
    capability = Capability.CONFIGURATION
    name = _("责任链")
    about = _("每个地方、每个行业,谁是第一责任人、谁是副手、谁在上一级。告警和任务按它找人。")
    order = 550
    related = ("post__organisation",)
    columns = (
        DivisionColumn(link=True),
        Column("sector_code"),
        Column("rung"),
        Column("post", sortable=False),
        Column("since"),
        Column("until", empty=_("现行")),
        Column("source", default=False, sortable=False),
    )
    filters = ("division", "sector_code", "rung")
    search = ("post__title", "post__organisation__name")
    tabs = (LASTING,)
    form = ResponsibilityForm
    subject = "responsibility"
    groups = (Group(_("责任"), ("division_code", "sector_code", "rung", "post", "since", "until", "source")),)
    actions = (
        Action(
            code="ended",
            label=_("解除"),
            needs=("reason",),
            danger=True,
            when=lambda row, viewer: row.until is None,
            run=lambda row, actor, now, given: org.responsibility_end(
                responsibility=row, reason=given["reason"], actor=actor, now=now
            ),
        ),
    )

    @staticmethod
    def create(*, sector_code: str, actor: Viewer, now: datetime, reason: str, **values: Any) -> Any:
        """This will hand the duty over at the instant it begins."""
        return org.responsibility_set(sector=sector_code, actor=actor, now=now, reason=reason, **values)


class AccountForm(RegisterForm):
    """An account: its name and whose it is. The first password is made by the platform."""

    class Meta:
        model = User
        formfield_callback = field_for
        fields = ("username", "person")


@register
class AccountRegister(KernelRegister):
    """Accounts: the system administrator makes them, the security administrator gives them rights."""

    slug = "accounts"
    model = User
    capability = Capability.CONFIGURATION
    name = _("账号")
    about = _("先登记人员,再建账号。新账号没有任何权限,由安全管理员授权。")
    order = 560
    related = ("person",)
    columns = (
        Column("username", link=True),
        Column("person", sortable=False),
        Column("is_active"),
        AgeColumn("created_at"),
        Column("locked_until", empty=_("未锁定")),
        Column("totp_confirmed_at", empty=_("未启用"), default=False),
    )
    filters = ("is_active",)
    search = ("username", "person__name")
    form = AccountForm
    subject = "account"
    create = access.account_create
    groups = (
        Group(
            _("账号"),
            ("username", "person", "is_active", "created_at", "password_set_at", "locked_until", "totp_confirmed_at"),
        ),
    )
    actions = (
        Action(
            code="disabled",
            label=_("停用"),
            needs=("reason",),
            danger=True,
            when=lambda row, viewer: row.is_active,
            run=lambda row, actor, now, given: access.account_disable(
                account=row, reason=given["reason"], actor=actor, now=now
            ),
        ),
        Action(
            code="enabled",
            label=_("启用"),
            needs=("reason",),
            when=lambda row, viewer: not row.is_active,
            run=lambda row, actor, now, given: access.account_enable(
                account=row, reason=given["reason"], actor=actor, now=now
            ),
        ),
    )

    def scope(self, viewer: Viewer, right: Right = Right.READ) -> Q:
        """This will go by the person's place; accounts of nobody in particular are the county administrator's."""
        placed = within(viewer, User, self.capability, right, path="person__")
        county = any(scope.prefix is not None for scope in viewer.scopes(self.capability, right))
        return placed | Q(person=None) if county else placed

    def links_for(self, viewer: Viewer) -> Sequence[tuple[Any, str]]:
        """This will lead a system administrator to the emergency reading of one business row."""
        return [(_("紧急查看"), reverse("glass"))] if may_break_glass(viewer) else []

    def made(self, result: Any) -> tuple[Any, str]:
        """This will show the first password, once."""
        user, password = result
        return user, _now("初始密码:%(password)s。只显示这一次,请当面告知本人。") % {"password": password}


@register
class LockRegister(WholeRegister):
    """The same accounts as the security administrator sees them: locks and lost passwords."""

    slug = "account-security"
    model = User
    capability = Capability.SECURITY
    name = _("账号安全")
    about = _("解锁账号、重置密码、核对双因素。")
    order = 600
    related = ("person",)
    columns = (
        Column("username", link=True),
        Column("person", sortable=False),
        Column("is_active"),
        Column("failed_logins", right=True),
        Column("locked_until", empty=_("未锁定")),
        Column("must_change_password"),
        Column("totp_confirmed_at", empty=_("未启用")),
    )
    filters = ("is_active",)
    search = ("username", "person__name")
    tabs = (
        Tab(
            code="locked",
            name=_("已锁定"),
            urgent=True,
            narrow=lambda rows, viewer, now: rows.filter(locked_until__gt=now),
        ),
    )
    groups = (
        Group(_("账号"), ("username", "person", "is_active", "failed_logins", "locked_until", "totp_confirmed_at")),
    )
    actions = (
        Action(
            code="unlocked",
            label=_("解锁"),
            needs=("reason",),
            when=lambda row, viewer: row.locked_until is not None,
            run=lambda row, actor, now, given: access.account_unlock(
                account=row, reason=given["reason"], actor=actor, now=now
            ),
        ),
        Action(
            code="password",
            label=_("重置密码"),
            needs=("reason",),
            danger=True,
            run=lambda row, actor, now, given: (
                _now("新密码:%(password)s。只显示这一次,请当面告知本人。")
                % {"password": access.password_set(account=row, reason=given["reason"], actor=actor, now=now)}
            ),
        ),
        Action(
            code="second-factor",
            label=_("停用双因素"),
            needs=("reason",),
            danger=True,
            when=lambda row, viewer: row.totp_confirmed_at is not None and row.pk != viewer.user_id,
            run=lambda row, actor, now, given: access.totp_remove(
                account=row, reason=given["reason"], actor=actor, now=now
            ),
        ),
    )


class GrantForm(RegisterForm):
    """A role over a place, for a seat or for an account: one of the two."""

    user = forms.CharField(label=_("账号"), required=False, max_length=40)

    class Meta:
        model = Grant
        formfield_callback = field_for
        fields = ("role", "division_code", "sectors", "unit", "post", "user", "since", "until")

    def clean_user(self) -> User | None:
        """This will find the account by its name."""
        name = self.cleaned_data["user"].strip().lower()
        if not name:
            return None
        found = User.objects.filter(username=name).first()
        if found is None:
            raise forms.ValidationError(_now("没有账号“%(name)s”。") % {"name": name})
        return found


@register
class GrantRegister(WholeRegister):
    """Who holds which role where. Giving and ending are the security administrator's alone."""

    slug = "grants"
    model = Grant
    capability = Capability.SECURITY
    name = _("授权")
    about = _("把角色授给岗位(换人不必改)或账号。每次授权都要写理由,到期自动失效。")
    order = 610
    related = ("post__organisation", "user__person", "unit")
    columns = (
        Column("role", link=True),
        Column("post", sortable=False),
        Column("user", sortable=False),
        DivisionColumn(label=_("区划范围")),
        Column("sectors", sortable=False, empty=_("全部")),
        Column("unit", sortable=False, default=False),
        Column("since"),
        Column("until", empty=_("长期")),
        Column("reason", sortable=False, default=False),
    )
    filters = ("division", "role")
    search = ("user__username", "user__person__name", "post__title", "post__organisation__name")
    tabs = (LASTING,)
    form = GrantForm
    subject = "grant"
    create = access.grant_give
    groups = (
        Group(_("授权"), ("role", "post", "user", "division_code", "sectors", "unit", "since", "until", "reason")),
    )
    actions = (
        Action(
            code="ended",
            label=_("收回"),
            needs=("reason",),
            danger=True,
            when=lambda row, viewer: row.until is None,
            run=lambda row, actor, now, given: access.grant_end(
                grant=row, reason=given["reason"], actor=actor, now=now
            ),
        ),
    )

    def defaults(self, viewer: Viewer) -> dict[str, Any]:
        """This will prefill nothing: the administrator's own place and unit are nobody else's."""
        return {}


class TokenForm(RegisterForm):
    """What an interface may do, and until when."""

    class Meta:
        model = ApiToken
        formfield_callback = field_for
        fields = ("name", "role", "division_code", "sectors", "expires_at")


@register
class TokenRegister(WholeRegister):
    """How upper platforms and gateways call in. The secret is shown once and kept as a hash."""

    slug = "tokens"
    model = ApiToken
    capability = Capability.SECURITY
    name = _("接口令牌")
    about = _("给上级平台和设备网关签发的令牌。密文只在签发时显示一次。")
    order = 620
    columns = (
        Column("name", link=True),
        Column("identifier", sortable=False),
        Column("role"),
        DivisionColumn(label=_("区划范围")),
        Column("expires_at"),
        Column("revoked_at", empty=_("有效")),
        AgeColumn("last_used_at", empty=_("从未使用")),
    )
    filters = ("division", "role")
    search = ("name", "identifier")
    form = TokenForm
    subject = "token"
    create = access.api_token_issue
    groups = (
        Group(
            _("接口令牌"),
            ("name", "identifier", "role", "division_code", "sectors", "created_at", "expires_at", "revoked_at"),
        ),
    )
    actions = (
        Action(
            code="revoked",
            label=_("吊销"),
            needs=("reason",),
            danger=True,
            when=lambda row, viewer: row.revoked_at is None,
            run=lambda row, actor, now, given: access.api_token_revoke(
                token=row, reason=given["reason"], actor=actor, now=now
            ),
        ),
    )

    def made(self, result: Any) -> tuple[Any, str]:
        """This will show the bearer text, once."""
        token, bearer = result
        return token, _now("令牌:%(bearer)s。只显示这一次,请妥善交给对方。") % {"bearer": bearer}


@register
class SessionRegister(WholeRegister):
    """Who is signed in, and from where."""

    slug = "sessions"
    model = OpenSession
    capability = Capability.SECURITY
    name = _("在线会话")
    about = _("现在登录着的会话。发现异常可以立即结束。")
    order = 630
    history = False
    related = ("user__person",)
    columns = (
        Column("user", link=True, sortable=False),
        Column("surface", sortable=False),
        AgeColumn("opened_at"),
        AgeColumn("seen_at", sortable=False),
        Column("address", sortable=False),
        Column("agent", sortable=False),
    )
    search = ("user__username", "user__person__name", "address")
    exportable = False
    groups = (Group(_("会话"), ("user", "surface", "opened_at", "seen_at", "address", "agent")),)
    actions = (
        Action(
            code="ended",
            label=_("结束会话"),
            danger=True,
            run=lambda row, actor, now, given: access.session_end(session=row, actor=actor, now=now),
        ),
    )


ACTOR_KINDS = ((PERSON, _("人员")), (DEVICE, _("接口与设备")), (PLATFORM, _("平台")))


@register
class AuditRegister(WholeRegister):
    """The audit log: read only, for the audit administrator and the auditors."""

    slug = "audit"
    model = AuditEntry
    capability = Capability.AUDIT
    name = _("审计日志")
    about = _("每一次写入、导出和查看号码都在这里,按链校验,不能改也不能删。")
    order = 700
    history = False
    columns = (
        Column("at", link=True),
        Column("actor_label", sortable=False),
        Column("action"),
        Column("subject_label", sortable=False),
        DivisionColumn(sortable=False),
        Column("reason", sortable=False),
        Column("address", sortable=False, default=False),
        StateColumn("actor_kind", sortable=False, default=False),
        Column("chain_no", right=True, default=False),
        Column("hash", sortable=False, default=False),
    )
    filters = (
        PeriodFilter("at", label=_("时间")),
        "division",
        ChoiceFilter("actor_kind", ACTOR_KINDS, label=_("主体类别")),
    )
    search = ("actor_label", "action", "subject_label", "reason")
    groups = (
        Group(_("谁、何时、做了什么"), ("at", "actor_label", "actor_kind", "address", "action", "reason")),
        Group(_("对什么"), ("subject_type", "subject_id", "subject_label", "division_code", "changes")),
        Group(_("链"), ("chain_no", "previous_hash", "hash")),
    )

    def links_for(self, viewer: Viewer) -> Sequence[tuple[Any, str]]:
        """This will lead to the check of the hash chain."""
        return [(_("校验哈希链"), reverse("audit-chain"))]
