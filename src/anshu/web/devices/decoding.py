# SPDX-License-Identifier: Apache-2.0
"""Between the wire's decoders and people: checking a configuration, trying it on a sample, reading kept frames."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from anshu.domain.sensing.services import DecoderReport
from anshu.kernel.audit.refusals import Refusal
from anshu.wire import lines, payload
from anshu.wire.base import Refused
from anshu.wire.payload import ConfigRefused, Decoder

MOST_SAMPLE = 200_000
# What ingest calls an answer of ours among the frames that it keeps.
ANSWER = "answer"
_ENVELOPES = ("chirpstack", "the_things_stack", "thingpark", "loriot", "http")


@dataclass(frozen=True, slots=True)
class Line:
    """One decoded value in words."""

    property: str
    title: str
    value: str
    unit: str
    at: datetime | None = None
    quality: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What bytes said, or why they could not be read."""

    lines: tuple[Line, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    left: int = 0
    sent_at: datetime | None = None
    problem: str = ""
    clause: str = ""
    offset: int | None = None


def language() -> Literal["zh", "en"]:
    """This will give the reader's language as the wire names it."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def check(config: Any) -> DecoderReport:
    """This will check a decoder configuration and say everything that is wrong, in the reader's language."""
    try:
        decoder = payload.load(config)
    except ConfigRefused as refused:
        said = [f"{each.path or _('(整体)')}:{each.message(language())}" for each in refused.problems]
        return DecoderReport(problems=said)
    return DecoderReport(units=decoder.properties, titles=_titles(decoder.config))


def _titles(config: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(about.get("title", "")) for name, about in config.get("properties", {}).items()}


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of a sample: problems of the configuration, or a reading."""

    problems: tuple[str, ...] = ()
    reading: Reading | None = None


def try_out(*, config: str, sample: str, port: str, now: datetime) -> Trial:
    """This will decode a sample with a configuration as typed; both ends are bounded by the wire's limits."""
    try:
        given = json.loads(config)
    except RecursionError:
        return Trial((_("配置嵌套过深"),))
    except ValueError as error:
        place = {"line": getattr(error, "lineno", 0), "column": getattr(error, "colno", 0)}
        return Trial((_("解码配置不是合法的 JSON:第 %(line)s 行第 %(column)s 列") % place,))
    report = check(given)
    if report.problems:
        return Trial(tuple(report.problems))
    decoder = payload.load(given)
    try:
        body, sampled_port = sample_of(sample, decoder)
        return Trial(reading=read(decoder, body, port=_port(port, sampled_port), received_at=now))
    except Refusal as refusal:
        return Trial((refusal.message,))
    except Refused as refused:
        return Trial((refused.fault.message(language()),))


def _port(typed: str, sampled: int | None) -> int | None:
    text = typed.strip()
    if not text:
        return sampled
    if not (text.isascii() and text.isdigit() and int(text) <= 255):
        raise Refusal(_("端口应为 0 至 255 的整数"))
    return int(text)


def sample_of(text: str, decoder: Decoder) -> tuple[bytes, int | None]:
    """This will take a sample as people paste it: hexadecimal, Base64, JSON, or a network's whole message."""
    text = text.strip()
    if not text:
        raise Refusal(_("请粘贴一条样例报文"))
    if len(text) > MOST_SAMPLE:
        raise Refusal(_("样例过长"))
    if text[0] in "{[":
        return (text.encode(), None) if decoder.takes_json else _opened(text.encode())
    compact = re.sub(r"(?:0x|[\s,:-])", "", text)
    if re.fullmatch(r"(?:[0-9A-Fa-f]{2})+", compact):
        return bytes.fromhex(compact), None
    try:
        return base64.b64decode(re.sub(r"\s", "", text), validate=True), None
    except (binascii.Error, ValueError) as error:
        raise Refusal(_("样例既不是十六进制,也不是 Base64 或 JSON")) from error


def _opened(body: bytes) -> tuple[bytes, int | None]:
    """This will take the payload out of a network server's message."""
    for kind in _ENVELOPES:
        try:
            uplink = payload.envelope(kind, body)
        except Refused:
            continue
        if uplink.data is not None:
            return uplink.data, uplink.port
    raise Refusal(_("这条 JSON 里没有找到载荷;这个型号解的是字节,不是 JSON"))


def read(decoder: Decoder, body: bytes, *, port: int | None, received_at: datetime) -> Reading:
    """This will decode one payload into words."""
    titles = _titles(decoder.config)
    try:
        decoded = decoder.decode(body, port=port, received_at=received_at)
    except Refused as refused:
        return _refused(refused.fault.as_json())
    found = tuple(
        Line(each.property, titles.get(each.property, ""), _value(each.value, each.label), each.unit, each.time)
        for each in decoded.observations
    )
    notes = tuple(f"{each.path}:{each.code} {each.detail}".strip() for each in decoded.notes)
    return Reading(found, decoded.attributes, notes, decoded.left)


def read_frame(protocol: str, kind: str, raw: bytes, decoder: Decoder | None, at: datetime) -> Reading:
    """This will read a kept frame of any protocol side by side with its bytes."""
    if protocol in lines.FRAMED:
        return _told(protocol, raw, lines.Means(received_at=at))
    family, _slash, port = kind.partition("/")
    network = kind.removeprefix("uplink:")
    if family == "raw":
        if decoder is None:
            return Reading(problem=_("设备没有型号,或型号没有解码配置"))
        return read(decoder, raw, port=int(port) if port.isdigit() else None, received_at=at)
    if network in payload.NETWORKS:
        return _told(network, raw, lines.Means(received_at=at, decoder=decoder))
    return _json(raw)


def read_sent(protocol: str, kind: str, raw: bytes, at: datetime) -> list[Reading]:
    """This will read what was sent to a device, of which several frames may have gone at once."""
    means = lines.Means(received_at=at)
    if protocol in lines.FRAMED:
        return [_told(protocol, each, means) for each in lines.frames_in(protocol, raw)] or [Reading()]
    if protocol == "mqtt" and kind == ANSWER:
        return [_told(protocol, raw, means)]
    return [_json(raw)]


def _told(protocol: str, raw: bytes, means: lines.Means) -> Reading:
    """This will put in words what the command line would print of a frame."""
    verdict = next(lines.decode_lines(protocol, [raw.hex()], means), None)
    return _verdict(verdict) if verdict is not None else Reading()


def _verdict(verdict: Mapping[str, Any]) -> Reading:
    if not verdict["ok"]:
        return _refused(verdict["error"])
    message = verdict["message"]
    found = tuple(
        Line(
            each["property"],
            "",
            _value(each["value"]),
            each["unit"],
            datetime.fromisoformat(each["time"]),
            "" if each["quality"] == "good" else each["quality"],
        )
        for each in verdict["observations"]
    )
    told = {name: value for name, value in message.items() if name not in ("parameters", "sent_at", "password")}
    told |= {name: value for name, value in message["parameters"].items() if not isinstance(value, dict | list)}
    sent_at = datetime.fromisoformat(message["sent_at"]) if message["sent_at"] else None
    attributes = {str(name): str(value)[:200] for name, value in told.items() if value not in (None, "")}
    return Reading(found, attributes, sent_at=sent_at)


def _json(raw: bytes) -> Reading:
    """This will lay out a message in our own JSON; whatever else it is, its text is shown beside."""
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        return Reading()
    values = document.get("values", document) if isinstance(document, dict) else {}
    if not isinstance(values, dict):
        return Reading()
    return Reading(tuple(Line(str(name)[:60], "", str(value)[:200], "") for name, value in list(values.items())[:100]))


def _refused(error: Mapping[str, Any]) -> Reading:
    return Reading(problem=error[f"message_{language()}"], clause=error["clause"], offset=error["offset"])


def _value(value: float | None, label: str = "") -> str:
    if value is None:
        return _("缺测")
    return f"{value:.10g}({label})" if label else f"{value:.10g}"
