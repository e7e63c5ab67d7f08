# SPDX-License-Identifier: Apache-2.0
"""Answers that a browser saves as files."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase

from anshu.console import sheets

CSV_TYPE = "text/csv; charset=utf-8"
Answer = TypeVar("Answer", bound=HttpResponseBase)


def as_file(answer: Answer, name: str) -> Answer:
    """This will have an answer saved under a name and kept by nobody on the way."""
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def csv_file(heads: Sequence[str], rows: Iterable[Sequence[Any]], name: str) -> StreamingHttpResponse:
    """This will stream rows as a table, safe to open in a spreadsheet."""
    lines = (line.encode() for line in sheets.csv_lines(heads, rows))
    return as_file(StreamingHttpResponse(lines, content_type=CSV_TYPE), name)
