# SPDX-License-Identifier: Apache-2.0
"""Observations on their way in: handed with the caller's own token to ingest's HTTP door, then read back.

The web process stores no observation itself: there is one way in, which judges, is idempotent, and acknowledges after
commit.
"""

import http.client
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from anshu.domain.sensing.selectors.relations import datastreams_within, values_standing
from anshu.kernel.access.viewer import Viewer
from anshu.web.sensorthings.bodies import Body, as_object, known, number_of_entity
from anshu.web.sensorthings.literals import moment
from anshu.web.sensorthings.problems import Problem, wrong
from anshu.web.sensorthings.showing import microseconds

MOST_OBSERVATIONS = 10_000
_DOOR_S = 40
_TAKEN = ("phenomenonTime", "resultTime", "result", "Datastream", "FeatureOfInterest")
_COMPONENTS = ("phenomenonTime", "resultTime", "result", "FeatureOfInterest/id")


@dataclass(frozen=True, slots=True)
class Sent:
    """One observation as it is sent: of which datastream, when, and the value."""

    stream: Any
    at: datetime
    value: float | None

    @property
    def identity(self) -> str:
        """How addresses write it."""
        return f"{self.stream.pk}-{microseconds(self.at)}"

    def stands(self, found: Mapping[tuple[int, datetime], float | None]) -> bool | None:
        """This will tell whether it is what now stands there; None where nothing does."""
        if (self.stream.pk, self.at) not in found:
            return None
        value = found[self.stream.pk, self.at]
        if value is None or self.value is None:
            return value is None and self.value is None
        return math.isclose(value, self.value * self.stream.factor + self.stream.offset, rel_tol=1e-9, abs_tol=1e-12)


class Observer:
    """Takes observations for one caller; `secret` is the token that the call came with."""

    def __init__(self, viewer: Viewer, secret: str | None, now: datetime) -> None:
        self._viewer, self._secret, self._now = viewer, secret, now

    def ready(self) -> None:
        """This will raise 403 without a token and 503 while ingest is away, before anything else is written."""
        if self._secret is None:
            raise Problem(403, "token_needed", _("写入观测值须用接口令牌,不能用网页登录"))
        if self._ask("GET", "/health")[0] != 200:
            raise _away()

    def read(self, body: Body, stream: Any) -> Sent:
        """This will read one observation of a datastream; raises Problem."""
        known(body, *_TAKEN)
        if "FeatureOfInterest" in body:
            feature = number_of_entity(body["FeatureOfInterest"], "FeatureOfInterest")
            if feature != stream.thing_id:
                raise wrong(_("观测对象就是设备所在处,不能另写 FeatureOfInterest"), "feature")
        return self._sent(stream, body.get("phenomenonTime", body.get("resultTime")), body)

    def _sent(self, stream: Any, at: Any, body: Mapping[str, Any]) -> Sent:
        if "result" not in body:
            raise wrong(_("缺少 result"), "bad_value")
        value = body["result"]
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise wrong(_("result 应为数字或 null"), "bad_value")
        if value is not None and not -1e300 < value < 1e300:
            raise wrong(_("数值不合理"), "bad_value")
        if at is None:
            return Sent(stream, self._now, value)
        if not isinstance(at, str) or "/" in at or len(at) > 40:
            raise wrong(_("phenomenonTime 应为一个时刻"), "bad_time")
        return Sent(stream, moment(at), value)

    def streams(self, pks: Iterable[int]) -> dict[int, Any]:
        """This will find datastreams in the caller's sight."""
        return datastreams_within(self._viewer, pks)

    def one(self, body: Body, stream_id: int | None) -> Sent:
        """This will store one observation; raises 409 where another value already stands at that moment."""
        named = number_of_entity(body["Datastream"], "Datastream") if "Datastream" in body else None
        wanted = {each for each in (named, stream_id) if each is not None}
        if len(wanted) != 1:
            raise wrong(_("请用 Datastream 写明是哪个数据流"), "datastream_needed")
        stream = self.streams(wanted).get(*wanted)
        if stream is None:
            raise wrong(_("没有这个数据流"), "no_such_entity")
        return self.all([self.read(body, stream)])[0]

    def all(self, sent: Sequence[Sent]) -> Sequence[Sent]:
        """This will store observations, all or none, and make sure that they are what stands."""
        if not sent:
            return sent
        self._send(sent, partial=False)
        found = _standing(sent)
        for each in sent:
            stands = each.stands(found)
            if stands is None:
                raise Problem(422, "kept_aside", _("观测值没有入库,已留在“待认领报文”中待查"))
            if not stands:
                said = {"id": each.identity}
                raise Problem(409, "duplicate", _("这一时刻已有另一个值(%(id)s),没有覆盖;订正请用 PATCH") % said)
        return sent

    def arrays(self, body: Any, base: str) -> list[str]:
        """This will store a dataArray; gives for each row the observation's address, or the word `error`."""
        groups = self._groups(body)
        streams = self.streams({number for number, _rows in groups})
        rows: list[Sent | None] = []
        for number, given in groups:
            rows += [self._row(streams.get(number), each) for each in given]
        wanted = [(place, each) for place, each in enumerate(rows) if each is not None]
        sent = [each for _place, each in wanted]
        faults = self._send(sent, partial=True) if sent else set()
        found = _standing(sent)
        good = {place for index, (place, each) in enumerate(wanted) if index not in faults and each.stands(found)}
        return [
            f"{base}/Observations('{each.identity}')" if each is not None and place in good else "error"
            for place, each in enumerate(rows)
        ]

    def _groups(self, body: Any) -> list[tuple[int, list[dict[str, Any]]]]:
        if not isinstance(body, list) or not body:
            raise wrong(_("CreateObservations 的请求体应为数组"), "not_a_list")
        groups = [self._group(as_object(each)) for each in body]
        if sum(len(rows) for _number, rows in groups) > MOST_OBSERVATIONS:
            raise Problem(413, "too_many", _("一次最多 %(number)s 条观测值") % {"number": MOST_OBSERVATIONS})
        return groups

    def _group(self, body: Body) -> tuple[int, list[dict[str, Any]]]:
        known(body, "Datastream", "components", "dataArray", "dataArray@iot.count")
        number = number_of_entity(body.get("Datastream"), "Datastream")
        names, rows = body.get("components"), body.get("dataArray")
        if not isinstance(names, list) or not all(name in _COMPONENTS for name in names) or "result" not in names:
            raise wrong(_("components 应含 result,可含 %(names)s") % {"names": "、".join(_COMPONENTS)}, "components")
        if number is None or not isinstance(rows, list):
            raise wrong(_("dataArray 的每一组须有 Datastream、components 与 dataArray"), "bad_value")
        if any(not isinstance(row, list) or len(row) != len(names) for row in rows):
            raise wrong(_("dataArray 的每一行须与 components 等长"), "bad_value")
        return number, [dict(zip(names, row, strict=True)) for row in rows]

    def _row(self, stream: Any, row: dict[str, Any]) -> Sent | None:
        if stream is None or row.get("FeatureOfInterest/id", stream.thing_id) != stream.thing_id:
            return None
        try:
            return self._sent(stream, row.get("phenomenonTime", row.get("resultTime")), row)
        except Problem:
            return None

    # The door

    def _send(self, sent: Sequence[Sent], *, partial: bool) -> set[int]:
        """This will hand observations to ingest; gives the places of those that it refused."""
        if self._secret is None:
            raise Problem(403, "token_needed", _("写入观测值须用接口令牌,不能用网页登录"))
        items = [
            {
                "thing": each.stream.thing.code,
                "property": each.stream.observed_property.code,
                "time": each.at.isoformat(),
                "value": each.value,
            }
            for each in sent
        ]
        status, reply = self._ask("POST", "/observations", {"observations": items, "partial": partial})
        faults = {int(fault["index"]): fault for fault in reply.get("errors", [])}
        if status == 200 or (status == 422 and partial):
            return set(faults)
        if status == 422 and faults:
            first = next(iter(faults.values()))
            if first["code"] == "absent":
                raise Problem(403, "forbidden", _("您无权为这台设备写入观测值"))
            raise wrong(f"{first['field']}: {first['message']}", first["code"])
        if status in (401, 413):
            error = reply.get("error", {})
            raise Problem(status, str(error.get("code", "")), str(error.get("message", "")))
        raise _away()

    def _ask(self, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
        host, _colon, port = settings.INGEST_ADDRESSES["http"].rpartition(":")
        if not port:
            raise _away()
        door = {"0.0.0.0": "127.0.0.1", "[::]": "::1", "": "127.0.0.1"}.get(host, host.strip("[]"))
        line = http.client.HTTPConnection(door, int(port), timeout=_DOOR_S)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._secret}"}
        try:
            line.request(method, path, json.dumps(body) if body is not None else None, headers)
            reply = line.getresponse()
            found = json.loads(reply.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _away() from error
        finally:
            line.close()
        return reply.status, found if isinstance(found, dict) else {}


def _standing(sent: Sequence[Sent]) -> dict[tuple[int, datetime], float | None]:
    return values_standing((each.stream.pk, each.at) for each in sent) if sent else {}


def _away() -> Problem:
    return Problem(503, "unavailable", _("接入服务暂时不可用,观测值没有保存,请稍后重发"), {"Retry-After": "5"})
