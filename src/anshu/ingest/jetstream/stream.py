# SPDX-License-Identifier: Apache-2.0
"""The stream itself: replicated, in files, and refusing rather than forgetting when it is full."""

import asyncio
import logging
import ssl
from dataclasses import dataclass
from typing import Any

import nats
import nats.errors
from django.conf import settings
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import APIError, NotFoundError

log = logging.getLogger(__name__)
STREAM = "ANSHU_RAW"
# A gateway repeats a publication that was not acknowledged under its old number for no longer than this.
DUPLICATE_S = 120.0
_REPLICAS = 3


class Mismatch(Exception):
    """The stream that stands was made for another number of partitions; heals when one of the two is changed."""


# What time, or the administrator, mends: to be tried again.
AWAY = (nats.errors.Error, APIError, OSError, asyncio.TimeoutError, Mismatch)
BACK_OFF_S = (0.05, 0.1, 0.2, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Scale:
    """What all gateways and workers have to agree on."""

    servers: tuple[str, ...]
    partitions: int
    replicas: int
    most_bytes: int

    @classmethod
    def configured(cls) -> "Scale":
        """This will read the settings; three servers or more keep three copies."""
        servers = tuple(each.strip() for each in settings.NATS_SERVERS.split(",") if each.strip())
        replicas = settings.NATS_REPLICAS or (_REPLICAS if len(servers) >= _REPLICAS else 1)
        return cls(servers, settings.NATS_PARTITIONS, replicas, settings.NATS_STREAM_BYTES)


def subject(partition: int) -> str:
    """This will name the subject of a partition."""
    return f"anshu.raw.{partition}"


async def connect(scale: Scale, name: str) -> Client:
    """This will connect, and keep connecting for as long as the process lives."""
    options: dict[str, Any] = {}
    if settings.NATS_CREDENTIALS:
        options["user_credentials"] = settings.NATS_CREDENTIALS
    if settings.NATS_CA:
        options["tls"] = ssl.create_default_context(cafile=settings.NATS_CA)
    return await nats.connect(
        list(scale.servers),
        name=name,
        allow_reconnect=True,
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.25,
        connect_timeout=2,
        ping_interval=5,
        max_outstanding_pings=2,
        error_cb=_said,
        **options,
    )


async def _said(error: Exception) -> None:
    log.warning("NATS: %s", error or type(error).__name__)


async def joined(scale: Scale, name: str, *, within_s: float) -> tuple[Client, JetStreamContext]:
    """This will connect and see to the stream, as often as it takes; requests wait for their answer so long."""
    client: Client | None = None
    attempt = 0
    while True:
        try:
            client = client or await connect(scale, name)
            js = client.jetstream(timeout=within_s)
            await stream_ensure(js, scale)
            return client, js
        except AWAY as error:
            log.warning("the stream is away: %s", error or type(error).__name__)
        except asyncio.CancelledError:
            if client is not None:
                await client.close()
            raise
        await pause(attempt)
        attempt += 1


async def pause(attempt: int) -> None:
    """This will wait before something is tried again, longer each time up to a second."""
    await asyncio.sleep(BACK_OFF_S[min(attempt, len(BACK_OFF_S) - 1)])


async def stream_ensure(js: JetStreamContext, scale: Scale) -> None:
    """This will make the stream where there is none; raise Mismatch for one of other partitions."""
    said = f"partitions={scale.partitions}"
    try:
        found = await js.stream_info(STREAM)
    except NotFoundError:
        config = StreamConfig(
            name=STREAM,
            description=said,
            subjects=[subject(each) for each in range(scale.partitions)],
            # What a worker has acknowledged is gone; what is left is what has to be done.
            retention=RetentionPolicy.WORK_QUEUE,
            storage=StorageType.FILE,
            num_replicas=scale.replicas,
            max_bytes=scale.most_bytes,
            discard=DiscardPolicy.NEW,
            duplicate_window=DUPLICATE_S,
        )
        found = await js.add_stream(config)
    if found.config.description != said:
        raise Mismatch(
            f"流 {STREAM} 是按 {found.config.description} 建的,这里设的是 {said}:各机 ANSHU_NATS_PARTITIONS 要一致,"
            " 要改先清空并删掉流。The stream was made for other partitions; ANSHU_NATS_PARTITIONS must agree."
        )
