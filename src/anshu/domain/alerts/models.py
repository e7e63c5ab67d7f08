# SPDX-License-Identifier: Apache-2.0
"""预警: rules over datastreams, their exact state, alarms with occurrences."""

from typing import ClassVar

import pghistory
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db.models import F, Q
from django.db.models.functions import Left, Upper
from django.utils.translation import gettext_lazy as _

from anshu.domain.alerts.choices import AlarmState, Cause, Direction, Level, RuleKind
from anshu.kernel.access.models import Scoped, User
from anshu.kernel.org.choices import Level as Division

# Which rung of the divisions a step of escalation calls in.
STEPS = [(each.value, each.label) for each in (Division.VILLAGE, Division.TOWNSHIP, Division.COUNTY)]


@pghistory.track()
class Rule(models.Model):
    """报警规则: up to four coloured thresholds on a measure derived from observations, with duration and hysteresis.

    Thresholds are dated and carry their source; a level computed here is 研判, never an official warning. A rule stands
    where its datastream's thing stands, whatever else it reads.
    """

    datastream = models.ForeignKey("sensing.Datastream", models.PROTECT, related_name="+", verbose_name=_("数据流"))
    name = models.CharField(_("名称"), max_length=120)
    kind = models.CharField(_("判据"), max_length=8, choices=RuleKind, default=RuleKind.VALUE)
    # How far back a change or a sum reaches.
    window_s = models.PositiveIntegerField(_("时间窗(秒)"), null=True, blank=True)
    # A count: the other datastreams of the group, and from where on one of them counts (the direction is theirs).
    member_ids = ArrayField(models.BigIntegerField(), verbose_name=_("组内数据流"), default=list, blank=True)
    member_threshold = models.FloatField(_("单站阈值"), null=True, blank=True)
    formula = models.CharField(_("公式"), max_length=200, blank=True)
    # How old a value may be and still be taken for the present one, in counts and formulas.
    age_s = models.PositiveIntegerField(_("数值有效期(秒)"), null=True, blank=True)
    # The unit of the measure, and so of the thresholds: follows from the rest when it is saved.
    unit = models.CharField(_("单位"), max_length=40, blank=True)
    direction = models.CharField(_("方向"), max_length=6, choices=Direction, default=Direction.ABOVE)
    blue = models.FloatField(_("蓝色阈值"), null=True, blank=True)
    yellow = models.FloatField(_("黄色阈值"), null=True, blank=True)
    orange = models.FloatField(_("橙色阈值"), null=True, blank=True)
    red = models.FloatField(_("红色阈值"), null=True, blank=True)
    # A level holds only after the value has stayed beyond its threshold this long.
    duration_s = models.PositiveIntegerField(_("持续时间(秒)"), default=0)
    # A level ends only when the value has come back past the threshold by this much.
    hysteresis = models.FloatField(_("回差"), default=0.0)
    # Raise a no-data alarm after this silence; empty means never.
    no_data_s = models.PositiveIntegerField(_("无数据报警(秒)"), null=True, blank=True)
    source = models.CharField(_("阈值依据"), max_length=200)
    valid_from = models.DateTimeField(_("生效时间"))
    valid_until = models.DateTimeField(_("失效时间"), null=True, blank=True)
    # Hours of the day (Asia/Shanghai) and days of the year in which the rule judges; both may wrap.
    day_from = models.TimeField(_("每日起"), null=True, blank=True)
    day_until = models.TimeField(_("每日止"), null=True, blank=True)
    season_from = models.CharField(_("季节起(月-日)"), max_length=5, blank=True)
    season_until = models.CharField(_("季节止(月-日)"), max_length=5, blank=True)
    # The shipped template that it was made from.
    template = models.CharField(_("模板"), max_length=40, blank=True)
    enabled = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = _("报警规则")
        verbose_name_plural = _("报警规则")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(hysteresis__gte=0), name="rule_hysteresis_not_negative"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="rule_period",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["datastream"], condition=Q(enabled=True), name="rule_enabled")]

    def __str__(self) -> str:
        return self.name


class RuleState(models.Model):
    """Where a rule stands, stored with the observations that moved it, so that a restart changes nothing."""

    rule = models.OneToOneField(Rule, models.CASCADE, primary_key=True, related_name="state")
    level = models.SmallIntegerField(choices=Level, default=Level.NONE)
    # Since when the value has stayed beyond each threshold, blue to red; null where it is not beyond.
    beyond_since = ArrayField(models.DateTimeField(null=True), default=list, blank=True)
    observed_at = models.DateTimeField(null=True)
    silent = models.BooleanField(default=False)
    # Written anew by each batch that judged the rule: a process that remembers another mark reads its windows again.
    mark = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.rule_id}: {self.level}"


@pghistory.track()
class Alarm(Scoped):
    """告警: one matter per rule and cause while it lasts; it gathers occurrences and people's answers."""

    # None where the matter is the device itself: it floods.
    rule = models.ForeignKey(Rule, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("规则"))
    thing = models.ForeignKey("sensing.Thing", models.PROTECT, related_name="+", verbose_name=_("设备"))
    cause = models.CharField(_("原因"), max_length=12, choices=Cause)
    title = models.CharField(_("标题"), max_length=200)
    level = models.SmallIntegerField(_("等级"), choices=Level)
    # The worst level it has had.
    peak_level = models.SmallIntegerField(_("最高等级"), choices=Level)
    state = models.CharField(_("状态"), max_length=8, choices=AlarmState, default=AlarmState.ACTIVE)
    raised_at = models.DateTimeField(_("发生时间"))
    changed_at = models.DateTimeField(_("变化时间"))
    cleared_at = models.DateTimeField(_("恢复时间"), null=True, blank=True)
    value = models.FloatField(_("数值"), null=True)
    threshold = models.FloatField(_("阈值"), null=True)
    occurrences = models.PositiveIntegerField(_("发生次数"), default=1)
    # Found in data that came after newer data: over when it was found, and said so.
    late = models.BooleanField(_("补报发现"), default=False)
    point = models.PointField(_("位置"), srid=4326)
    park_code = models.CharField(_("所在园区"), max_length=15, blank=True)
    acknowledged_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("确认人")
    )
    assignee = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("处置人")
    )
    # Put aside by somebody until then; the shelf says who and why.
    shelved_until = models.DateTimeField(_("搁置至"), null=True, blank=True)
    # When the next step of escalation is due, while nobody has acknowledged; and how many have been taken.
    escalate_at = models.DateTimeField(_("下次升级"), null=True, blank=True)
    escalations = models.PositiveSmallIntegerField(_("已升级"), default=0)

    class Meta:
        verbose_name = _("告警")
        verbose_name_plural = _("告警")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rule", "cause"], condition=Q(state="active"), name="alarm_active_once"),
            models.UniqueConstraint(
                fields=["thing", "cause"], condition=Q(state="active", rule=None), name="alarm_of_thing_active_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["division_code", "-id"],
                name="alarm_division",
                opclasses=["varchar_pattern_ops", "int8_ops"],
            ),
            # Lists: a township's newest, and by level; the county by level.
            models.Index(Left("division_code", 9), F("id").desc(), name="alarm_township"),
            models.Index(Left("division_code", 9), "level", "id", name="alarm_township_level"),
            models.Index(fields=["level", "id"], name="alarm_level"),
            # Search by any part of the title.
            GinIndex(OpClass(Upper("title"), name="gin_trgm_ops"), name="alarm_title_parts"),
            models.Index(fields=["-raised_at", "-id"], name="alarm_raised"),
            models.Index(fields=["level", "-id"], condition=Q(state="active"), name="alarm_active"),
            models.Index(fields=["thing", "-id"], name="alarm_thing"),
            models.Index(fields=["escalate_at"], condition=Q(escalate_at__isnull=False), name="alarm_escalate"),
            models.Index(fields=["shelved_until"], condition=Q(shelved_until__isnull=False), name="alarm_shelved"),
        ]

    @property
    def unit_of_value(self) -> str:
        """The unit of what the rule's datastream observes; empty where there is no rule."""
        return self.rule.datastream.observed_property.unit if self.rule else ""

    def __str__(self) -> str:
        return self.title


class Occurrence(models.Model):
    """发生记录: each change of an alarm's level, with the value that made it."""

    alarm = models.ForeignKey(Alarm, models.PROTECT, related_name="history", verbose_name=_("告警"))
    at = models.DateTimeField(_("时间"))
    level = models.SmallIntegerField(_("等级"), choices=Level)
    value = models.FloatField(_("数值"), null=True)
    threshold = models.FloatField(_("阈值"), null=True)
    # When the platform learnt of it: later than `at` for late data.
    found_at = models.DateTimeField(_("研判时间"))

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["alarm", "at", "level"], name="occurrence_once")]

    def __str__(self) -> str:
        return f"{self.alarm_id} {self.level} {self.at}"


class Comment(models.Model):
    """处置意见 on an alarm."""

    alarm = models.ForeignKey(Alarm, models.PROTECT, related_name="comments", verbose_name=_("告警"))
    at = models.DateTimeField(_("时间"))
    author = models.CharField(_("填写人"), max_length=120)
    text = models.TextField(_("内容"))

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.text[:40]


class Shelf(models.Model):
    """搁置记录: an alarm put aside for a while with a reason; a worse level ends it early."""

    thing = models.ForeignKey("sensing.Thing", models.PROTECT, related_name="+", verbose_name=_("设备"))
    rule = models.ForeignKey(Rule, models.PROTECT, null=True, related_name="+", verbose_name=_("规则"))
    cause = models.CharField(_("原因"), max_length=12, choices=Cause)
    # A level worse than this takes the alarm off the shelf.
    level = models.SmallIntegerField(_("等级"), choices=Level)
    since = models.DateTimeField(_("起"))
    until = models.DateTimeField(_("止"))
    reason = models.CharField(_("理由"), max_length=500)
    author = models.CharField(_("搁置人"), max_length=120)
    ended_at = models.DateTimeField(_("结束时间"), null=True)
    ended_by = models.CharField(_("由谁结束"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("搁置记录")
        verbose_name_plural = _("搁置记录")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["thing", "rule", "cause"],
                condition=Q(ended_at=None),
                nulls_distinct=False,
                name="shelf_once",
            ),
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="shelf_period"),
        ]
        indexes: ClassVar = [models.Index(fields=["until"], condition=Q(ended_at=None), name="shelf_open")]

    def __str__(self) -> str:
        return f"{self.thing_id} {self.cause} {self.until}"


@pghistory.track()
class EscalationStep(models.Model):
    """升级步骤: so long after an alarm of a level without acknowledgement, these are called in as well."""

    level = models.SmallIntegerField(_("告警等级"), choices=[each for each in Level.choices if each[0]])
    after_minutes = models.PositiveIntegerField(_("未签收满(分钟)"))
    rung = models.CharField(_("升级至"), max_length=9, choices=STEPS)
    source = models.CharField(_("依据"), max_length=200)
    retired_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("升级步骤")
        verbose_name_plural = _("升级步骤")
        ordering: ClassVar = ["level", "after_minutes"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["level", "after_minutes"], condition=Q(retired_at=None), name="escalation_step_once"
            ),
            models.CheckConstraint(
                condition=Q(after_minutes__gte=1, after_minutes__lte=10080), name="escalation_after"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()} {self.after_minutes}"


class Escalation(models.Model):
    """升级记录: a step that was taken, and who was called."""

    alarm = models.ForeignKey(Alarm, models.PROTECT, related_name="calls", verbose_name=_("告警"))
    at = models.DateTimeField(_("时间"))
    number = models.PositiveSmallIntegerField(_("第几步"))
    rung = models.CharField(_("升级至"), max_length=9, choices=STEPS)
    person_ids = ArrayField(models.BigIntegerField(), default=list)
    text = models.CharField(_("说明"), max_length=500)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["alarm", "number"], name="escalation_once")]
        indexes: ClassVar = [GinIndex(fields=["person_ids"], name="escalation_people")]

    def __str__(self) -> str:
        return self.text
