# SPDX-License-Identifier: Apache-2.0
"""The HTTP JSON door: observations with a bearer token, answered once they are committed."""

import asyncio
import json
import logging
import math
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import msgspec
from aiohttp import web
from aiohttp.http_exceptions import PayloadEncodingError
from django.db import connection, connections
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from anshu.ingest.allowance import Allowance
from anshu.ingest.committing import UNREACHABLE, Clock
from anshu.ingest.http_items import Checked, Fault, check_items
from anshu.ingest.intake import Intake
from anshu.ingest.parcels import Parcel, Verdict, sent_parcel
from anshu.ingest.rubbish import Rubbish
from anshu.ingest.uplinks import FirstHeard, another_devices, uplink_parcel
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.selectors import viewer_of_token
from anshu.kernel.access.services import api_token_touch
from anshu.kernel.access.viewer import Viewer
from anshu.wire.base import Refused
from anshu.wire.payload import NETWORKS

log = logging.getLogger(__name__)
MOST_BYTES = 5 * 1024 * 1024
MOST_ITEMS = 50_000
# 5 MB at 2 Mbit/s takes less than this.
BODY_S = 30.0
_ANSWER_S = 30.0
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Receive = Callable[[web.Request], Awaitable[dict[str, Any]]]
_MOST_DEVICES = 20_000
_WORDS = {
    400: ("bad_request", gettext_noop("请求的内容无法读取")),
    404: ("not_found", gettext_noop("没有这个地址")),
    405: ("wrong_method", gettext_noop("这个地址不接受这种请求")),
    500: ("server", gettext_noop("平台出错了,没有保存,请稍后重发")),
}


@dataclass(eq=False)
class _Refused(Exception):
    """A request that gets no further."""

    status: int
    code: str
    message: str
    faults: list[Fault] = field(default_factory=list)
    wait_s: float = 0.0


class HttpDoor:
    """POST /observations, POST /uplinks/<network> and GET /health."""

    def __init__(
        self, pipeline: Intake, clock: Clock, rubbish: Rubbish, *, rate: float, body_s: float = BODY_S
    ) -> None:
        self._pipeline, self._clock, self._rate, self._body_s = pipeline, clock, rate, body_s
        self._rubbish = rubbish
        # Reading who calls is blocking; it has a thread and a connection of its own.
        self._readers = ThreadPoolExecutor(1, thread_name_prefix="ingest-http")
        app = web.Application(client_max_size=MOST_BYTES, middlewares=[_in_words])
        app.router.add_post("/observations", self._observations)
        app.router.add_post("/uplinks/{network}", self._uplinks)
        app.router.add_get("/health", self._health)
        self._allowances: OrderedDict[str, Allowance] = OrderedDict()
        self._first_heard = FirstHeard()
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=3)
        self._site: web.TCPSite | None = None

    async def start(self, host: str, port: int) -> tuple[str, int]:
        """This will listen; gives the address, for port 0 the one that was chosen."""
        await self._runner.setup()
        self._site = web.TCPSite(self._runner, host, port)
        await self._site.start()
        name: tuple[str, int] = self._runner.addresses[0][:2]
        return name

    async def stop_accepting(self) -> None:
        """This will take no more connections."""
        if self._site is not None:
            await self._site.stop()

    async def close(self) -> None:
        """This will end the door."""
        await self._runner.cleanup()
        await asyncio.get_running_loop().run_in_executor(self._readers, connections.close_all)
        self._readers.shutdown(wait=False)

    async def _health(self, request: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    async def _observations(self, request: web.Request) -> web.Response:
        return await self._answered(request, self._receive)

    async def _uplinks(self, request: web.Request) -> web.Response:
        return await self._answered(request, self._receive_uplink)

    async def _answered(self, request: web.Request, receive: Receive) -> web.Response:
        language = _language(request)
        headers = {"Content-Language": language}
        with translation.override(language):
            try:
                reply, status = await receive(request), 200
            except _Refused as refused:
                reply = {"error": {"code": refused.code, "message": refused.message}}
                if refused.faults:
                    reply["errors"] = [fault.as_json() for fault in refused.faults]
                status = refused.status
                if refused.wait_s:
                    headers["Retry-After"] = str(math.ceil(refused.wait_s))
        if status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return web.json_response(reply, status=status, headers=headers, dumps=_dumps)

    async def _receive(self, request: web.Request) -> dict[str, Any]:
        viewer = await self._caller(request)
        body = await _body(request, self._body_s)
        items, partial = _items(body)
        checked = await self._check(items, viewer)
        if checked.faults and not (partial and checked.parcels):
            raise _Refused(422, "invalid", _("有不能接收的观测值,没有一条入库"), checked.faults)
        await self._store(_parcels(checked, request.remote or ""))
        return {"accepted": checked.accepted, "errors": [fault.as_json() for fault in checked.faults]}

    async def _caller(self, request: web.Request) -> Viewer:
        kind, _sep, secret = request.headers.get("Authorization", "").partition(" ")
        found = None
        if kind.lower() == "bearer" and secret and "\x00" not in secret:
            loop = asyncio.get_running_loop()
            try:
                found = await loop.run_in_executor(self._readers, self._viewer, secret.strip())
            except UNREACHABLE as error:
                raise _Refused(503, "unavailable", _("平台暂时不可用,请稍后重发")) from error
        if found is None:
            raise _Refused(401, "unauthorized", _("令牌无效或已过期"))
        return found

    def _viewer(self, secret: str) -> Viewer | None:
        try:
            return self._known(secret)
        except UNREACHABLE:
            # The connection may be an old one to a server that has come back since.
            connection.close()
            return self._known(secret)

    def _known(self, secret: str) -> Viewer | None:
        now = self._clock()
        viewer = viewer_of_token(secret, at=now)
        if viewer is not None and viewer.token_id is not None:
            api_token_touch(token_id=viewer.token_id, now=now)
        return viewer

    async def _check(self, items: list[Any], viewer: Viewer) -> Checked:
        registry = await self._pipeline.registry()
        # In a thread: fifty thousand items take half a second, and stations' frames arrive on this loop.
        return await asyncio.to_thread(check_items, items, registry=registry, viewer=viewer, now=self._clock())

    async def _receive_uplink(self, request: web.Request) -> dict[str, Any]:
        """This will take one message that a network server posts for one of its devices."""
        network = request.match_info["network"]
        if network not in NETWORKS:
            raise _Refused(404, "not_found", _("没有这种网络:%(network)s") % {"network": network[:40]})
        viewer = await self._caller(request)
        if not viewer.can(Capability.MONITORING, Right.CREATE):
            raise _Refused(403, "forbidden", _("这个令牌不能上报监测数据"))
        body = await _content(request, self._body_s)
        event = request.query.get("event", "up")
        if event != "up":
            # ChirpStack posts joins, states and acknowledgements to the same address.
            return {"accepted": 0, "ignored": event[:40]}
        parcel = self._uplink(network, body, request.remote or "")
        self._allow(parcel.address)
        registry = await self._pipeline.registry()
        thing = registry.things.get((parcel.protocol, parcel.address))
        if thing is None and not self._rubbish.kept(viewer.id):
            wait_s = self._rubbish.wait_s(viewer.id)
            raise _Refused(429, "too_many_strangers", _("未登记的设备太多,请先认领,稍后重发"), wait_s=wait_s)
        if thing is not None and not viewer.covers(thing, Capability.MONITORING, Right.CREATE):
            # Another's device is answered like an unknown one, and waits where those wait.
            parcel.refused = another_devices(parcel)
        (verdict,) = await self._store([parcel])
        reply: dict[str, Any] = {"accepted": 0, "kept": verdict.kept} if verdict.kept else {"accepted": 1}
        if verdict.noted:
            self._pipeline.put(sent_parcel(parcel.protocol, parcel.address, _dumps(reply).encode()))
        return reply

    def _uplink(self, network: str, body: bytes, peer: str) -> Parcel:
        try:
            return uplink_parcel(network, body, peer, lambda uplink: self._first_heard.of(uplink, self._clock()))
        except Refused as refused:
            message = refused.fault.message("en" if translation.get_language() == "en" else "zh")
            raise _Refused(422, refused.reason, message) from refused

    def _allow(self, address: str) -> None:
        """This will count a device's message against its own allowance; others' devices behind a network go on."""
        allowance = self._allowances.pop(address, None) or Allowance(self._rate)
        self._allowances[address] = allowance
        if len(self._allowances) > _MOST_DEVICES:
            self._allowances.popitem(last=False)
        if wait_s := allowance.wait_s(asyncio.get_running_loop().time()):
            raise _Refused(429, "too_many_requests", _("该设备上报过于频繁,请稍后重发"), wait_s=wait_s)
        allowance.take(1)

    async def _store(self, parcels: Sequence[Parcel]) -> list[Verdict]:
        futures = [await self._pipeline.submit(parcel) for parcel in parcels]
        done, waiting = await asyncio.wait(futures, timeout=_ANSWER_S)
        if waiting or any(future.cancelled() for future in done):
            raise _Refused(503, "unavailable", _("平台暂时不可用,请稍后重发"))
        return [future.result() for future in futures]


def _parcels(checked: Checked, peer: str) -> list[Parcel]:
    return [
        Parcel(
            protocol=protocol,
            peer=peer,
            raw=msgspec.json.encode(observations),
            address=address,
            kind="http",
            observations=observations,
        )
        for (protocol, address), observations in checked.parcels.items()
    ]


@web.middleware
async def _in_words(request: web.Request, handler: Handler) -> web.StreamResponse:
    """This will answer a wrong address or method, and our own failures, in the form of all other answers."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        status, headers = error.status, {key: error.headers[key] for key in ("Allow",) if key in error.headers}
    except Exception:
        log.exception("%s %s failed", request.method, request.path)
        status, headers = 500, {}
    language = _language(request)
    with translation.override(language):
        code, message = _WORDS.get(status, _WORDS[400])
        body = {"error": {"code": code, "message": _(message)}}
    return web.json_response(body, status=status, headers={"Content-Language": language, **headers}, dumps=_dumps)


async def _content(request: web.Request, within_s: float) -> bytes:
    try:
        async with asyncio.timeout(within_s):
            return await request.read()
    except TimeoutError as error:
        raise _Refused(408, "too_slow", _("请求体没有按时发完,请重发")) from error
    except web.HTTPRequestEntityTooLarge as error:
        raise _Refused(413, "too_large", _("请求超过 5 MB,请分批发送")) from error
    except (web.RequestPayloadError, PayloadEncodingError) as error:
        raise _Refused(400, "bad_encoding", _("请求体的压缩或分块格式有误")) from error


async def _body(request: web.Request, within_s: float) -> Mapping[str, Any]:
    content = await _content(request, within_s)
    try:
        body = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _Refused(400, "not_json", _("请求体不是合法的 JSON")) from error
    if not isinstance(body, dict):
        raise _Refused(400, "not_json", _("请求体应为 JSON 对象"))
    return body


def _items(body: Mapping[str, Any]) -> tuple[list[Any], bool]:
    items = body.get("observations")
    if not isinstance(items, list) or not items:
        raise _Refused(422, "invalid", _("observations 应为非空数组"))
    if len(items) > MOST_ITEMS:
        raise _Refused(413, "too_many", _("一次最多 %(number)s 条观测值") % {"number": MOST_ITEMS})
    return items, body.get("partial") is True


def _language(request: web.Request) -> str:
    """This will choose between Chinese and English by Accept-Language; Chinese when it says nothing of use."""
    best, best_weight = "zh-hans", 0.0
    for part in request.headers.get("Accept-Language", "")[:500].split(","):
        name, _sep, weight = part.strip().partition(";q=")
        try:
            value = float(weight) if weight else 1.0
        except ValueError:
            continue
        known = {"zh": "zh-hans", "en": "en"}.get(name.lower()[:2])
        if known and value > best_weight:
            best, best_weight = known, value
    return best


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
