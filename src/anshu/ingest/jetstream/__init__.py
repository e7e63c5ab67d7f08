# SPDX-License-Identifier: Apache-2.0
"""Several machines: gateways put raw messages into a replicated stream, workers store and judge them by partition."""

import asyncio

from anshu.ingest.clock import wall_clock
from anshu.ingest.jetstream.gateway import Gateway
from anshu.ingest.jetstream.stream import Scale
from anshu.ingest.jetstream.worker import Worker
from anshu.ingest.server import run, stop_on_signals


async def run_gateway() -> None:
    """This will open the doors and publish what comes in, until told to stop by SIGTERM or SIGINT."""
    await run(intake=Gateway(Scale.configured(), wall_clock))


async def run_worker() -> None:
    """This will store and judge what is published, until told to stop by SIGTERM or SIGINT."""
    stop = asyncio.Event()
    stop_on_signals(stop)
    worker = Worker(Scale.configured(), wall_clock)
    await worker.start()
    await stop.wait()
    await worker.stop()
