# SPDX-License-Identifier: Apache-2.0
"""Connectors: systems that we go to. Who keeps the configuration writes them down; ingest runs them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from anshu.domain.sensing.choices import ConnectorKind
from anshu.domain.sensing.models import Connector, ConnectorState
from anshu.domain.sensing.selectors.connectors import SEALED_FOR
from anshu.kernel.access.configuring import configures
from anshu.kernel.access.rows import validate
from anshu.kernel.access.sealing import seal
from anshu.kernel.access.viewer import Absent, Refusal
from anshu.kernel.audit.actor import Actor
from anshu.kernel.audit.services import attribute, record

CONNECTOR_CHANNEL = "anshu_connector"
_EDITABLE = frozenset({"code", "name", "kind", "settings", "secret"})
_LONGEST_SECRET = 500

# This context knows no protocol: who can read settings says so when the platform starts.
CheckSettings = Callable[[str, Any], Sequence[str]]
_checks: list[CheckSettings] = []


def connectors_checked_by(check: CheckSettings) -> None:
    """This will have settings checked by the given function from now on: (kind, settings) to what is wrong."""
    _checks[:] = [check]


@transaction.atomic
def connector_create(*, actor: Actor, now: datetime, reason: str = "", **values: Any) -> Connector:
    """This will write down a connector, and have it run; raises Absent, or Refusal with the fields at fault."""
    return _kept(Connector(), values, "created", actor, now, reason)


@transaction.atomic
def connector_update(*, connector: Connector, actor: Actor, now: datetime, reason: str, **values: Any) -> Connector:
    """This will change a connector; what runs begins anew with the new settings, from where it had read to.

    Another kind or another place (host or url) takes the secret away unless it is given anew: whoever may change the
    settings must not be able to have it sent to himself.
    """
    connector = Connector.objects.select_for_update().get(pk=connector.pk)
    if "secret" not in values and connector.secret and _elsewhere(connector, values):
        raise Refusal(
            _("换了方式或地址,请重新填写密码或令牌。"),
            code="missing",
            fields={"secret": _("换了方式或地址,请重新填写;没有就先注销再新建")},
        )
    return _kept(connector, values, "updated", actor, now, reason)


def _elsewhere(connector: Connector, values: Mapping[str, Any]) -> bool:
    def place(kind: Any, settings: Any) -> tuple[Any, ...]:
        told = settings if isinstance(settings, Mapping) else {}
        return (kind, *(told.get(name) for name in ("host", "port", "tls", "ca", "url")))

    was = place(connector.kind, connector.settings)
    return was != place(values.get("kind", connector.kind), values.get("settings", connector.settings))


@transaction.atomic
def connector_pause(*, connector: Connector, actor: Actor, now: datetime, reason: str) -> Connector:
    """This will stop a connector until it is resumed; where it had read to stays."""
    return _moved(connector, {"paused_at": now}, "paused", actor, now, reason)


@transaction.atomic
def connector_resume(*, connector: Connector, actor: Actor, now: datetime, reason: str = "") -> Connector:
    """This will have a paused connector run again."""
    return _moved(connector, {"paused_at": None}, "resumed", actor, now, reason)


@transaction.atomic
def connector_retire(*, connector: Connector, actor: Actor, now: datetime, reason: str) -> Connector:
    """This will end a connector; its devices and what they sent stay. Its secret is forgotten."""
    return _moved(connector, {"retired_at": now, "secret": ""}, "retired", actor, now, reason)


def _moved(
    connector: Connector, values: Mapping[str, Any], verb: str, actor: Actor, now: datetime, reason: str
) -> Connector:
    _demand(actor)
    if verb != "resumed" and not reason.strip():
        raise Refusal(_("请写明理由。"), code="missing", fields={"reason": _("请填写理由")})
    connector = Connector.objects.select_for_update().get(pk=connector.pk)
    if connector.retired_at is not None:
        raise Refusal(_("这条记录已经注销。"), code="state")
    for name, value in values.items():
        setattr(connector, name, value)
    with attribute(actor=actor, reason=reason):
        connector.save(update_fields=list(values))
    record(actor=actor, now=now, action=f"connector.{verb}", subject=connector, reason=reason)
    _notify()
    return connector


def _kept(
    connector: Connector, values: dict[str, Any], verb: str, actor: Actor, now: datetime, reason: str
) -> Connector:
    _demand(actor)
    if unknown := set(values) - _EDITABLE:
        raise Refusal(_("这些字段不能修改"), fields=dict.fromkeys(sorted(unknown), _("不能修改")))
    before = _shown(connector)
    secret = values.pop("secret", None)
    for name, value in values.items():
        setattr(connector, name, value)
    _check(connector, secret)
    if secret is not None:
        connector.secret = seal(secret, purpose=SEALED_FOR) if secret else ""
    validate(connector)
    with attribute(actor=actor, reason=reason):
        connector.save()
    after = _shown(connector) | ({"secret": _("已更换")} if secret is not None else {})
    changes = {name: [before.get(name), value] for name, value in after.items() if before.get(name) != value}
    record(actor=actor, now=now, action=f"connector.{verb}", subject=connector, reason=reason, changes=changes)
    _notify()
    return connector


def _demand(actor: Actor) -> None:
    """This will raise Absent unless the actor keeps the configuration: what is written here makes us go places."""
    if not configures(actor):
        raise Absent


def _check(connector: Connector, secret: str | None) -> None:
    wrong: dict[str, str] = {}
    if connector.kind not in ConnectorKind.values:
        wrong["kind"] = _("没有这种方式")
    elif not _checks:
        wrong["settings"] = _("平台未装载接入程序,不能保存设置")
    elif problems := _checks[0](connector.kind, connector.settings):
        wrong["settings"] = "\n".join(problems)
    if secret is not None and (len(secret) > _LONGEST_SECRET or not secret.isprintable()):
        wrong["secret"] = _("应为至多 %(most)d 个可见字符") % {"most": _LONGEST_SECRET}
    if wrong:
        raise Refusal(_("接入连接的设置有误"), code="invalid", fields=wrong)


def _shown(connector: Connector) -> dict[str, Any]:
    """This will give what the log keeps: never the secret."""
    if connector.pk is None:
        return {}
    return {name: getattr(connector, name) for name in ("code", "name", "kind", "settings")}


def _notify() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_notify(%s, '')", [CONNECTOR_CHANNEL])


@dataclass(slots=True)
class Progress:
    """How a connector has fared since this was last stored; `cursor` None means no change."""

    ok_at: datetime | None = None
    failed_at: datetime | None = None
    failures: int = 0
    error: str = ""
    received: int = 0
    note: str = ""
    cursor: Mapping[str, Any] | None = field(default=None)


def connector_note(*, connector_id: int, progress: Progress) -> None:
    """This will store how a connector is doing: a reading, not an act, so it is not audited."""
    values: dict[str, Any] = {
        "failures": progress.failures,
        "error": progress.error[:500],
        "note": progress.note[:300],
    }
    moments = {"ok_at": progress.ok_at, "failed_at": progress.failed_at}
    values |= {name: moment for name, moment in moments.items() if moment is not None}
    if progress.cursor is not None:
        values["cursor"] = dict(progress.cursor)
    with transaction.atomic():
        if not Connector.objects.filter(pk=connector_id).exists():
            return
        state, _made = ConnectorState.objects.select_for_update().get_or_create(connector_id=connector_id)
        for name, value in values.items():
            setattr(state, name, value)
        state.received += progress.received
        state.save()
