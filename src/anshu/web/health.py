# SPDX-License-Identifier: Apache-2.0
"""/healthz: whether this process can serve, for whatever watches it. It tells nothing else."""

from typing import Any

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone


def healthz(request: HttpRequest) -> JsonResponse:
    """This will answer 200 when the database answers, else 503; with the age of the last thing heard from."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
        answer = {"ok": True, "database": True, "ingest_age_s": ingest_age_s()}
    except DatabaseError:
        answer = {"ok": False, "database": False, "ingest_age_s": None}
    response = JsonResponse(answer, status=200 if answer["ok"] else 503)
    response["Cache-Control"] = "no-store"
    return response


def ingest_age_s() -> float | None:
    """This will tell how long ago any device was heard; None when none ever was."""
    with connection.cursor() as cursor:
        cursor.execute("select max(received_at) from sensing_latest")
        heard: Any = cursor.fetchone()[0]
    return None if heard is None else round((timezone.now() - heard).total_seconds(), 1)
