# SPDX-License-Identifier: Apache-2.0
"""一网: things, what they observe, and every observation once (the words are SensorThings')."""

from typing import ClassVar

import pghistory
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from anshu.domain.sensing.choices import (
    CommandKind,
    CommandState,
    ConnectorKind,
    Quality,
    QuarantineKind,
    Relation,
    Resolution,
    ThingKind,
    Verdict,
    Way,
)
from anshu.kernel.access.models import Scoped


@pghistory.track()
class ObservedProperty(models.Model):
    """观测要素: what is observed, with its unit and the range of values that can be true."""

    code = models.CharField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    unit = models.CharField(_("单位"), max_length=16, blank=True)
    minimum = models.FloatField(_("可信下限"), null=True, blank=True)
    maximum = models.FloatField(_("可信上限"), null=True, blank=True)
    step_max = models.FloatField(_("相邻变化上限"), null=True, blank=True)
    decimals = models.SmallIntegerField(_("小数位"), default=2)
    source = models.CharField(_("依据"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("观测要素")
        verbose_name_plural = _("观测要素")
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_flag(self) -> bool:
        """Tell whether it says no more than yes or no: its number is not worth showing."""
        return (self.unit, self.minimum, self.maximum, self.decimals) == ("1", 0.0, 1.0, 0)


@pghistory.track()
class DeviceModel(models.Model):
    """设备型号: a template for adopting devices: what they observe, how their payload is read, which rules they get."""

    code = models.CharField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=120)
    maker = models.CharField(_("厂家"), max_length=80, blank=True)
    kind = models.CharField(_("类别"), max_length=12, choices=ThingKind)
    protocol = models.CharField(_("协议"), max_length=16)
    report_interval_s = models.PositiveIntegerField(_("应报间隔(秒)"), default=3600)
    # [{"property": code, "name"?: text, "factor"?: number, "offset"?: number}]
    datastreams = models.JSONField(_("观测要素"), default=list, blank=True)
    # A configuration of anshu.wire.payload; empty where the protocol says what the bytes mean.
    decoder = models.JSONField(_("解码配置"), null=True, blank=True)
    # Codes of rule templates that an adopted device gets.
    rule_templates = models.JSONField(_("默认规则"), default=list, blank=True)
    retired_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("设备型号")
        verbose_name_plural = _("设备型号")
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Thing(Scoped):
    """监测设备: a station or device at a place, known to its protocol by an address."""

    code = models.CharField(_("编号"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=120)
    kind = models.CharField(_("类别"), max_length=12, choices=ThingKind)
    protocol = models.CharField(_("协议"), max_length=16)
    address = models.CharField(_("通信地址"), max_length=64)
    point = models.PointField(_("位置"), srid=4326)
    park_code = models.CharField(_("所在园区"), max_length=15, blank=True)
    # The secret that the device sends in its frames, where its protocol has one.
    secret = models.CharField(_("通信密码"), max_length=128, blank=True)
    report_interval_s = models.PositiveIntegerField(_("应报间隔(秒)"), default=3600)
    risk_object = models.ForeignKey(
        "risks.RiskObject",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("所属风险对象"),
    )
    model = models.ForeignKey(
        DeviceModel, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("型号")
    )
    # The collector or gateway that speaks for it: a smoke detector behind a transmission device.
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="parts", verbose_name=_("所属主机")
    )
    # Until then every frame of it is kept for diagnosis, not only one now and then.
    watched_until = models.DateTimeField(_("抓包截止"), null=True, blank=True)
    retired_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("监测设备")
        verbose_name_plural = _("监测设备")
        constraints: ClassVar = [models.UniqueConstraint(fields=["protocol", "address"], name="thing_address_once")]
        indexes: ClassVar = [
            models.Index(
                fields=["division_code", "id"],
                name="thing_division",
                opclasses=["varchar_pattern_ops", "int8_ops"],
            )
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Sensor(models.Model):
    """传感器: the instrument in a thing."""

    thing = models.ForeignKey(Thing, models.CASCADE, related_name="sensors", verbose_name=_("设备"))
    name = models.CharField(_("名称"), max_length=80)
    maker = models.CharField(_("厂家"), max_length=80, blank=True)
    model = models.CharField(_("型号"), max_length=80, blank=True)
    calibrated_on = models.DateField(_("检定日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("传感器")
        verbose_name_plural = _("传感器")

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Datastream(models.Model):
    """数据流: one property observed by one thing. `factor` and `offset` turn what is sent into the unit."""

    thing = models.ForeignKey(Thing, models.PROTECT, related_name="datastreams", verbose_name=_("设备"))
    sensor = models.ForeignKey(Sensor, models.SET_NULL, null=True, blank=True, related_name="+")
    observed_property = models.ForeignKey(ObservedProperty, models.PROTECT, related_name="+", verbose_name=_("要素"))
    name = models.CharField(_("名称"), max_length=120)
    factor = models.FloatField(_("系数"), default=1.0)
    offset = models.FloatField(_("偏移"), default=0.0)
    # What this device sends, before factor and offset, where it has no value: -999999, 9999, 32767.
    missing_codes = ArrayField(models.FloatField(), verbose_name=_("缺测码"), default=list, blank=True)

    class Meta:
        verbose_name = _("数据流")
        verbose_name_plural = _("数据流")
        constraints: ClassVar = [models.UniqueConstraint(fields=["thing", "observed_property"], name="datastream_once")]

    def __str__(self) -> str:
        return self.name


class Observation(models.Model):
    """观测值: one value at one instant. The table is partitioned by month; its key makes a replay harmless."""

    pk = models.CompositePrimaryKey("datastream_id", "at")
    datastream = models.ForeignKey(Datastream, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    at = models.DateTimeField()
    value = models.FloatField(null=True)
    quality = models.SmallIntegerField(choices=Quality, default=Quality.GOOD)
    # Bits that say which checks spoke: see rules.Check.
    checks = models.IntegerField(default=0)
    received_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "sensing_observation"

    def __str__(self) -> str:
        return f"{self.datastream_id} {self.at} {self.value}"


class Latest(models.Model):
    """最新值: the newest good observation of each datastream, so that one query serves the whole map."""

    datastream = models.OneToOneField(Datastream, models.CASCADE, primary_key=True, related_name="latest")
    at = models.DateTimeField()
    value = models.FloatField(null=True)
    quality = models.SmallIntegerField(choices=Quality)
    received_at = models.DateTimeField()
    # Since when the value has been the same: the persistence check goes on from here after a restart.
    same_since = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.datastream_id} {self.value}"


class Contact(models.Model):
    """最近通信: when a thing was last heard at all, whether or not it had anything to observe."""

    thing = models.OneToOneField(Thing, models.CASCADE, primary_key=True, related_name="contact")
    heard_at = models.DateTimeField(_("最近来报"))
    peer = models.CharField(_("来源"), max_length=80, blank=True)

    def __str__(self) -> str:
        return f"{self.thing_id} {self.heard_at}"


class Exchange(models.Model):
    """往来报文: raw frames of a device in both directions, for diagnosis; a sample, and all while it is watched."""

    thing = models.ForeignKey(Thing, models.CASCADE, related_name="+", verbose_name=_("设备"))
    at = models.DateTimeField(_("时间"))
    way = models.CharField(_("方向"), max_length=4, choices=Way)
    kind = models.CharField(_("类别"), max_length=40, blank=True)
    raw = models.BinaryField(_("原始字节"))

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["thing", "-id"], name="exchange_thing"),
            models.Index(fields=["at"], name="exchange_at"),
        ]

    def __str__(self) -> str:
        return f"{self.thing_id} {self.way} {self.at}"


class DeviceCommand(models.Model):
    """设备命令: what the platform asks of a device, and how far that has come."""

    thing = models.ForeignKey(Thing, models.CASCADE, related_name="commands", verbose_name=_("设备"))
    kind = models.CharField(_("命令"), max_length=20, choices=CommandKind)
    parameters = models.JSONField(_("参数"), default=dict, encoder=DjangoJSONEncoder)
    state = models.CharField(_("状态"), max_length=10, choices=CommandState, default=CommandState.QUEUED)
    requested_by = models.CharField(_("下达人"), max_length=120)
    requested_at = models.DateTimeField(_("下达时间"))
    sent_at = models.DateTimeField(_("发出时间"), null=True, blank=True)
    answered_at = models.DateTimeField(_("应答时间"), null=True, blank=True)
    answer = models.JSONField(_("应答"), default=dict, encoder=DjangoJSONEncoder)
    expires_at = models.DateTimeField(_("有效期至"))

    class Meta:
        verbose_name = _("设备命令")
        verbose_name_plural = _("设备命令")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["thing", "-id"], name="command_thing"),
            models.Index(fields=["expires_at"], condition=Q(state__in=["queued", "sent"]), name="command_open"),
        ]

    def __str__(self) -> str:
        return f"{self.thing_id} {self.kind} {self.state}"


class Flood(models.Model):
    """超量上报: when a device last sent more than it may and had to wait."""

    thing = models.OneToOneField(Thing, models.CASCADE, primary_key=True, related_name="flood")
    since = models.DateTimeField(_("开始时间"))
    last_at = models.DateTimeField(_("最近一次"))
    times = models.PositiveIntegerField(_("次数"), default=1)

    def __str__(self) -> str:
        return f"{self.thing_id} {self.last_at}"


class Position(models.Model):
    """位置: where a vehicle or boat is, from its newest good fix. Its track is in the observations."""

    thing = models.OneToOneField(Thing, models.CASCADE, primary_key=True, related_name="position")
    at = models.DateTimeField(_("定位时间"))
    point = models.PointField(_("位置"), srid=4326)
    speed = models.FloatField(_("速度(km/h)"), null=True)
    course = models.FloatField(_("航向(°)"), null=True)
    # By the database's clock when it was written: what a live map has not seen yet.
    moved_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.thing_id} {self.at}"


class Quarantine(models.Model):
    """隔离区: a frame or message that could not be used, with the reason. Nothing received is thrown away."""

    received_at = models.DateTimeField(_("收到时间"))
    protocol = models.CharField(_("协议"), max_length=16)
    peer = models.CharField(_("来源"), max_length=80)
    thing_address = models.CharField(_("通信地址"), max_length=64, blank=True)
    kind = models.CharField(_("类别"), max_length=10, choices=QuarantineKind)
    reason = models.CharField(_("原因代码"), max_length=40)
    detail = models.JSONField(_("详情"), default=dict)
    raw = models.BinaryField(_("原始字节"))
    digest = models.CharField(max_length=64)
    seen = models.PositiveIntegerField(_("次数"), default=1)
    last_seen_at = models.DateTimeField(_("最近一次"))
    resolved_at = models.DateTimeField(_("处理时间"), null=True, blank=True)
    resolution = models.CharField(_("处理结果"), max_length=12, choices=Resolution, blank=True)
    resolution_reason = models.CharField(_("处理理由"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("隔离报文")
        verbose_name_plural = _("隔离报文")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["digest"], condition=Q(resolved_at=None), name="quarantine_open_digest_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["thing_address", "protocol"], name="quarantine_address"),
            models.Index(fields=["id"], condition=Q(resolution="replay"), name="quarantine_replay"),
        ]

    def __str__(self) -> str:
        return f"{self.protocol.upper()} {self.thing_address or self.peer}"


@pghistory.track()
class RetentionPolicy(models.Model):
    """保存策略: for how long raw values and minutes stay; hours and days always do. Without property: all others."""

    name = models.CharField(_("名称"), max_length=60)
    observed_property = models.ForeignKey(
        ObservedProperty,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("要素"),
        help_text=_("不填则适用于其余全部要素"),
    )
    raw_months = models.PositiveSmallIntegerField(_("原始值保存月数"), default=36)
    minute_months = models.PositiveSmallIntegerField(_("分钟值保存月数"), default=36)
    source = models.CharField(_("依据"), max_length=200, blank=True)
    retired_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("保存策略")
        verbose_name_plural = _("保存策略")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["observed_property"],
                condition=Q(retired_at=None),
                nulls_distinct=False,
                name="retention_property_once",
            ),
            models.CheckConstraint(condition=Q(raw_months__gte=1, raw_months__lte=1200), name="retention_raw_months"),
            models.CheckConstraint(
                condition=Q(minute_months__gte=models.F("raw_months"), minute_months__lte=1200),
                name="retention_minute_months",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Purge(models.Model):
    """清理记录: what retention has taken away, of one property or (without it) of all."""

    observed_property = models.ForeignKey(
        ObservedProperty, models.PROTECT, null=True, related_name="+", verbose_name=_("要素")
    )
    minutes = models.BooleanField(_("分钟值"), default=False)
    since = models.DateTimeField(_("起"))
    until = models.DateTimeField(_("止"))
    rows = models.BigIntegerField(_("行数"))
    reason = models.CharField(_("理由"), max_length=200)
    done_at = models.DateTimeField(_("清理时间"))

    class Meta:
        verbose_name = _("清理记录")
        verbose_name_plural = _("清理记录")
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.since:%Y-%m} {self.rows}"


@pghistory.track()
class QualityLimit(models.Model):
    """质控限值: limits that go before a property's own, for the property, a model's devices or one datastream.

    What is empty is as before; the narrower one decides. In force for values that come in [since, until).
    """

    observed_property = models.ForeignKey(ObservedProperty, models.PROTECT, related_name="+", verbose_name=_("要素"))
    model = models.ForeignKey(
        DeviceModel, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("设备型号")
    )
    thing = models.ForeignKey(
        Thing, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("监测设备")
    )
    minimum = models.FloatField(_("可信下限"), null=True, blank=True)
    maximum = models.FloatField(_("可信上限"), null=True, blank=True)
    step_max = models.FloatField(_("相邻变化上限"), null=True, blank=True)
    # A value that stays the same for so long is suspect; values up to the calm one (no rain, no wind) may stay.
    flat_after_s = models.PositiveIntegerField(_("持续不变上限(秒)"), null=True, blank=True)
    calm_max = models.FloatField(_("允许持续不变的最大值"), null=True, blank=True)
    delayed_after_s = models.PositiveIntegerField(_("迟到判据(秒)"), null=True, blank=True)
    # Stations nearer than this are compared with each other; asked of the property as a whole only.
    neighbour_range_m = models.PositiveIntegerField(_("邻站距离(米)"), null=True, blank=True)
    # Safety first: unless somebody says otherwise, a suspect value is judged and marked.
    ignore_suspect = models.BooleanField(_("可疑值不参与告警"), default=False)
    source = models.CharField(_("依据"), max_length=200)
    since = models.DateTimeField(_("生效时间"))
    until = models.DateTimeField(_("失效时间"), null=True, blank=True)
    retired_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("质控限值")
        verbose_name_plural = _("质控限值")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(until=None) | Q(until__gt=models.F("since")), name="limit_period"),
            models.CheckConstraint(condition=Q(model=None) | Q(thing=None), name="limit_of_one"),
        ]

    def __str__(self) -> str:
        return str(self.observed_property)


@pghistory.track()
class PropertyPair(models.Model):
    """要素关系: two properties of one thing of which, at one instant, the lesser cannot exceed the greater."""

    lesser = models.ForeignKey(ObservedProperty, models.PROTECT, related_name="+", verbose_name=_("较小要素"))
    greater = models.ForeignKey(ObservedProperty, models.PROTECT, related_name="+", verbose_name=_("较大要素"))
    tolerance = models.FloatField(_("容差"), default=0.0)
    source = models.CharField(_("依据"), max_length=200, blank=True)
    retired_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("要素关系")
        verbose_name_plural = _("要素关系")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["lesser", "greater"], name="property_pair_once"),
            models.CheckConstraint(condition=~Q(lesser=models.F("greater")), name="property_pair_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.lesser} ≤ {self.greater}"


@pghistory.track()
class Neighbour(Scoped):
    """邻站: two level stations whose water moves together; rain gauges find their neighbours by distance."""

    thing = models.ForeignKey(Thing, models.CASCADE, related_name="+", verbose_name=_("监测设备"))
    other = models.ForeignKey(Thing, models.CASCADE, related_name="+", verbose_name=_("邻站"))
    relation = models.CharField(_("关系"), max_length=10, choices=Relation)
    # How long the water takes from the one to the other.
    travel_s = models.PositiveIntegerField(_("传播时间(秒)"), default=0)
    tolerance = models.FloatField(_("水位差容许变化(米)"), default=1.0)
    source = models.CharField(_("依据"), max_length=200)
    retired_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("邻站关系")
        verbose_name_plural = _("邻站关系")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["thing", "other"], condition=Q(retired_at=None), name="neighbour_once"),
            models.CheckConstraint(condition=~Q(thing=models.F("other")), name="neighbour_of_two"),
            models.CheckConstraint(condition=Q(tolerance__gt=0), name="neighbour_tolerance"),
        ]

    def __str__(self) -> str:
        return f"{self.thing} – {self.other}"


@pghistory.track()
class Maintenance(Scoped):
    """维护时段: values of a thing (its parts too) or of a group of things that are not to be believed meanwhile."""

    # Without a thing: all things of the place and below, of the kind where one is given.
    thing = models.ForeignKey(
        Thing, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("监测设备")
    )
    kind = models.CharField(_("类别"), max_length=12, choices=ThingKind, blank=True)
    since = models.DateTimeField(_("开始时间"))
    until = models.DateTimeField(_("结束时间"))
    reason = models.CharField(_("原因"), max_length=200)
    made_by = models.CharField(_("登记人"), max_length=120)
    made_at = models.DateTimeField(_("登记时间"))
    ended_at = models.DateTimeField(_("提前结束"), null=True, blank=True)
    retired_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("维护时段")
        verbose_name_plural = _("维护时段")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(until__gte=models.F("since")), name="maintenance_period")
        ]
        indexes: ClassVar = [models.Index(fields=["thing", "-since"], name="maintenance_thing")]

    def __str__(self) -> str:
        return self.reason


class Revision(models.Model):
    """质控判定: what a person or a later check said about stored values; undone, it no longer counts, and stays."""

    datastream = models.ForeignKey(Datastream, models.PROTECT, related_name="+", verbose_name=_("数据流"))
    verdict = models.CharField(_("判定"), max_length=10, choices=Verdict)
    # The check that spoke, such as faulty_zeros; empty where a person did.
    method = models.CharField(_("方法"), max_length=40, blank=True)
    since = models.DateTimeField(_("起"))
    until = models.DateTimeField(_("止"))
    # Of a corrected value only: what it is now, and what it was.
    value = models.FloatField(_("订正值"), null=True)
    old_value = models.FloatField(_("原值"), null=True)
    rows = models.IntegerField(_("涉及条数"), default=0)
    reason = models.CharField(_("理由"), max_length=200)
    made_by = models.CharField(_("判定人"), max_length=120)
    made_at = models.DateTimeField(_("判定时间"))
    undone_by = models.CharField(_("撤销人"), max_length=120, blank=True)
    undone_at = models.DateTimeField(_("撤销时间"), null=True)
    undo_reason = models.CharField(_("撤销理由"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("质控判定")
        verbose_name_plural = _("质控判定")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["datastream", "-id"], name="revision_datastream")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(until__gte=models.F("since")), name="revision_period")
        ]

    def __str__(self) -> str:
        return f"{self.datastream} {self.get_verdict_display()}"


class ClockState(models.Model):
    """时钟: how far a thing's times lie before their receipt, over its last reports."""

    thing = models.OneToOneField(Thing, models.CASCADE, primary_key=True, related_name="clock")
    # Positive: its times are behind, by the way or the clock; negative: ahead, which no way explains.
    lag_s = models.FloatField(_("时间差(秒)"))
    reports = models.PositiveSmallIntegerField(_("报告数"))
    measured_at = models.DateTimeField(_("测定时间"))
    skewed_since = models.DateTimeField(_("偏差起"), null=True)

    def __str__(self) -> str:
        return f"{self.thing_id} {self.lag_s}"


class Repeats(models.Model):
    """重复数据: how many observations of a thing came for an instant that has one already; none is stored twice."""

    thing = models.OneToOneField(Thing, models.CASCADE, primary_key=True, related_name="repeats")
    same = models.BigIntegerField(_("值相同"), default=0)
    different = models.BigIntegerField(_("值不同"), default=0)
    since = models.DateTimeField(_("首次"))
    last_at = models.DateTimeField(_("最近一次"))
    # The newest contradiction: {"datastream", "at", "stored", "sent"}.
    difference = models.JSONField(_("最近的不同"), null=True)

    def __str__(self) -> str:
        return f"{self.thing_id} {self.same} {self.different}"


# The history is for good: a secret, even a sealed one, does not belong there.
@pghistory.track(exclude=["secret"])
class Connector(models.Model):
    """接入连接: a system or device that we go to, because it does not come to us."""

    code = models.CharField(_("编号"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=120)
    kind = models.CharField(_("方式"), max_length=16, choices=ConnectorKind)
    # What the kind asks for: anshu.wire.connectors.
    settings = models.JSONField(_("设置"))
    # Sealed; it opens only with the platform's own key.
    secret = models.CharField(_("密码或令牌"), max_length=2000, blank=True)
    paused_at = models.DateTimeField(_("暂停时间"), null=True, blank=True)
    retired_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("接入连接")
        verbose_name_plural = _("接入连接")
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name


class ConnectorState(models.Model):
    """连接状况: how a connector is doing, and up to where it has read; written by whoever runs it."""

    connector = models.OneToOneField(Connector, models.CASCADE, primary_key=True, related_name="state")
    ok_at = models.DateTimeField(_("最近成功"), null=True)
    failed_at = models.DateTimeField(_("最近失败"), null=True)
    # Failures in a row; 0 while it works.
    failures = models.PositiveIntegerField(_("连续失败次数"), default=0)
    error = models.CharField(_("最近的问题"), max_length=500, blank=True)
    received = models.BigIntegerField(_("累计观测值"), default=0)
    note = models.CharField(_("说明"), max_length=300, blank=True)
    cursor = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.connector_id} {self.error or self.ok_at}"
