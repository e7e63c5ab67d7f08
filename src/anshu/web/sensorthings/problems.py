# SPDX-License-Identifier: Apache-2.0
"""Every failure in the standard's form: `{"code", "type", "message"}`, in the reader's language."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _


@dataclass(eq=False)
class Problem(Exception):
    """A request that gets no further; `kind` is for machines, `message` for people."""

    status: int
    kind: str
    message: str
    headers: dict[str, str] = field(default_factory=dict)
    # The place in the expression, counted from 0, once it is known.
    at: int | None = None

    def placed(self, at: int) -> "Problem":
        """This will say at which character of an expression it is, counted from 0; the innermost place counts."""
        if self.at is None:
            self.at = at
            self.message = _("第 %(at)s 个字符处:%(reason)s") % {"at": at + 1, "reason": self.message}
        return self


def wrong(message: str, kind: str = "bad_request") -> Problem:
    """This will make a 400."""
    return Problem(400, kind, message)


@contextmanager
def located(option: str = "", at: int | None = None) -> Iterator[None]:
    """This will say of a problem inside in which option it is, or at which character."""
    try:
        yield
    except Problem as problem:
        if at is not None:
            problem.placed(at)
        if option:
            problem.message = f"{option} {problem.message}"
        raise


def answer(problem: Problem) -> HttpResponse:
    """This will write a failure."""
    body: dict[str, Any] = {"code": problem.status, "type": problem.kind, "message": problem.message}
    return JsonResponse(body, status=problem.status, headers=problem.headers, json_dumps_params={"ensure_ascii": False})
