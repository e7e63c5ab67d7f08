# SPDX-License-Identifier: Apache-2.0
"""My account: who I am here, what I may, where I am signed in, how I like it."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anshu.kernel.access.models import User
from anshu.kernel.access.selectors import sessions_of
from anshu.kernel.access.services import (
    language_set,
    password_change,
    preferences_set,
    session_end,
    sessions_end_all,
    totp_confirm,
    totp_enrol,
    totp_remove,
)
from anshu.kernel.access.viewer import Holding, Viewer
from anshu.kernel.audit.refusals import Absent, Refusal
from anshu.kernel.org.choices import Sector
from anshu.kernel.org.models import Post
from anshu.kernel.org.selectors import division_names
from anshu.web.accounts.forms import ChangePasswordForm, CodeForm, RemoveSecondFactorForm
from anshu.web.accounts.pending import set_cookie
from anshu.web.accounts.qr import qr_svg, secret_text

_REFUSED = 422
THEMES = ("auto", "light", "dark")
_THEME_COOKIE = "anshu_theme"
_ways = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@login_required
@require_safe
def account_page(request: HttpRequest) -> HttpResponse:
    """This will show the own account."""
    user = _user(request)
    context = {
        "account": user,
        "roles": _roles(request.viewer),  # type: ignore[attr-defined]
        "sessions": sessions_of(user),
        "this_key": request.session.session_key,
        "sessions_max": settings.SESSIONS_MAX,
        "languages": settings.LANGUAGES,
        "themes": [(code, label) for code, label in zip(THEMES, _theme_names(), strict=True)],
        "theme": request.COOKIES.get(_THEME_COOKIE, "auto"),
    }
    return render(request, "accounts/account.html", context)


def _theme_names() -> tuple[str, str, str]:
    return _("跟随系统"), _("浅色"), _("深色")


def _roles(viewer: Viewer) -> list[dict[str, str]]:
    names = division_names({holding.division_code for holding in viewer.holdings})
    posts = Post.objects.filter(pk__in={holding.post_id for holding in viewer.holdings if holding.post_id})
    titles = {post.pk: str(post) for post in posts.select_related("organisation")}
    return [
        {
            "role": str(holding.role.label),
            "post": titles.get(holding.post_id or 0, ""),
            "place": names.get(holding.division_code, holding.division_code),
            "sectors": _sectors(holding),
        }
        for holding in viewer.holdings
    ]


def _sectors(holding: Holding) -> str:
    if holding.sectors is None:
        return _("全部行业")
    return "、".join(str(Sector(code).label) for code in sorted(holding.sectors))


@never_cache
@login_required
@sensitive_post_parameters()
@_ways
def password_page(request: HttpRequest) -> HttpResponse:
    """This will change the own password and end the other sessions."""
    user, form = _user(request), ChangePasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now = request.now  # type: ignore[attr-defined]
        try:
            password_change(user=user, old=form.cleaned_data["old"], new=form.cleaned_data["new"], now=now)
        except Refusal as refusal:
            form.take(refusal)
        else:
            _stay(request, user)
            messages.success(request, _("密码已修改，其他终端已退出。"))
            return redirect("account")
    context = {"form": form, "days": settings.PASSWORD_MAX_DAYS, "remembered": settings.PASSWORDS_REMEMBERED}
    return render(request, "accounts/password.html", context, status=_REFUSED if form.is_bound else 200)


def _stay(request: HttpRequest, user: User) -> None:
    """This will keep this session (under its key) valid with the new password and end the others."""
    key = request.session.session_key or ""
    sessions_end_all(user=user, now=request.now, but=key)  # type: ignore[attr-defined]
    update_session_auth_hash(request, user)
    request.session.save()
    sessions_of(user).filter(session_key=key).update(session_key=request.session.session_key)


@never_cache
@login_required
@_ways
def second_factor_page(request: HttpRequest) -> HttpResponse:
    """This will switch the second factor on, or off again with a code and a reason."""
    user = _user(request)
    on = user.totp_confirmed_at is not None
    form = (RemoveSecondFactorForm if on else CodeForm)(request.POST or None)
    if request.method == "POST" and form.is_valid() and _switched(request, user, form, on=on):
        messages.success(request, _("动态口令已停用。") if on else _("动态口令已启用，下次登录时需要输入。"))
        return redirect("account")
    context: dict[str, Any] = {"form": form, "on": on}
    if not on:
        uri = totp_enrol(user=user, now=request.now)  # type: ignore[attr-defined]
        context |= {"qr": qr_svg(uri), "secret": secret_text(uri)}
    return render(request, "accounts/second_factor.html", context, status=_REFUSED if form.is_bound else 200)


def _switched(request: HttpRequest, user: User, form: CodeForm, *, on: bool) -> bool:
    given, now = form.cleaned_data, request.now  # type: ignore[attr-defined]
    if not on:
        if totp_confirm(user=user, code=given["code"], now=now):
            return True
        form.add_error("code", _("动态口令不正确，请确认手机时间准确后再试。"))
        return False
    try:
        totp_remove(account=user, actor=request.viewer, now=now, **given)  # type: ignore[attr-defined]
    except Refusal as refusal:
        form.take(refusal)
        return False
    return True


@login_required
@require_POST
def session_end_page(request: HttpRequest, pk: int) -> HttpResponse:
    """This will end one of the own sessions."""
    session = sessions_of(_user(request)).filter(pk=pk).first()
    if session is None:
        raise Absent
    session_end(session=session, actor=request.viewer, now=request.now)  # type: ignore[attr-defined]
    messages.success(request, _("该终端已退出。"))
    return redirect("account")


@login_required
@require_POST
def preferences_page(request: HttpRequest) -> HttpResponse:
    """This will keep language and theme."""
    user, response = _user(request), redirect("account")
    language, theme = request.POST.get("language", ""), request.POST.get("theme", "")
    if language in dict(settings.LANGUAGES):
        language_set(user=user, language=language)
        set_cookie(response, settings.LANGUAGE_COOKIE_NAME, language)
    if theme in THEMES:
        preferences_set(user=user, changes={"theme": theme})
        set_cookie(response, _THEME_COOKIE, theme)
    messages.success(request, _("设置已保存。"))
    return response


def _user(request: HttpRequest) -> User:
    """This will give the account; the decorator above has let nobody else in."""
    return User.objects.select_related("person").get(pk=str(request.user.pk))
