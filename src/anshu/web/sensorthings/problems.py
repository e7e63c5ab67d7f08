# SPDX-License-Identifier: Apache-2.0
"""Every failure in the standard's form: `{"code", "type", "message"}`, in the reader's language."""

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse, JsonResponse


@dataclass(eq=False)
class Problem(Exception):
    """A request that gets no further; `kind` is for machines, `message` for people."""

    status: int
    kind: str
    message: str
    headers: dict[str, str] = field(default_factory=dict)


def wrong(message: str, kind: str = "bad_request") -> Problem:
    """This will make a 400."""
    return Problem(400, kind, message)


def answer(problem: Problem) -> HttpResponse:
    """This will write a failure."""
    body: dict[str, Any] = {"code": problem.status, "type": problem.kind, "message": problem.message}
    return JsonResponse(body, status=problem.status, headers=problem.headers, json_dumps_params={"ensure_ascii": False})
