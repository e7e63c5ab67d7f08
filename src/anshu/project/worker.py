# SPDX-License-Identifier: Apache-2.0
"""The worker process: hands events to their receivers and runs the background and periodic jobs."""

import logging
import threading
import time

import psycopg
from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.utils import timezone
from procrastinate.contrib.django import app

from anshu.kernel.events.services import deliver_pending

log = logging.getLogger(__name__)


def run() -> None:
    """This will work until SIGTERM. Delivery runs beside the jobs, so that no job can hold it up."""
    stop = threading.Event()
    courier = threading.Thread(target=_deliver_until, args=(stop,), name="courier", daemon=True)
    courier.start()
    try:
        with app.replace_connector(app.connector.get_worker_connector()) as worker_app:  # type: ignore[attr-defined]
            worker_app.run_worker(concurrency=2, shutdown_graceful_timeout=4, listen_notify=True, name="anshu")
    finally:
        stop.set()
        courier.join(4)


def _deliver_until(stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            _deliver_and_wait(stop)
        except (DatabaseError, InterfaceError, psycopg.Error) as error:
            log.warning("delivery waits for the database: %s", error)
            connection.close()
            time.sleep(0.5)


def _deliver_and_wait(stop: threading.Event) -> None:
    close_old_connections()
    connection.ensure_connection()
    raw = connection.connection
    with connection.cursor() as cursor:
        cursor.execute("listen anshu_event")
    while not stop.is_set():
        # Receivers may publish in turn, so read until nothing is left.
        while deliver_pending(now=timezone.now()):
            pass
        for _ in raw.notifies(timeout=2.0, stop_after=1):
            pass
