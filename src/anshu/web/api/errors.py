# SPDX-License-Identifier: Apache-2.0
"""Every failure in one form: `{"error": {"code", "message", "fields"}}`, in the reader's language."""

import logging
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from anshu.kernel.audit.refusals import Absent, Refusal
from anshu.kernel.workflow.table import Refused

log = logging.getLogger(__name__)
# A refusal with one of these codes is about the state the matter is in, not about what was sent.
CONFLICTS = frozenset({"state", "conflict", "closed", "exists", "key_reused"})
FORBIDDEN = frozenset({"forbidden", "out_of_scope"})
# Parts of a location that are ours, not the caller's.
_SCAFFOLD = frozenset({"body", "query", "path", "form", "file", "header", "given"})


def answer(status: int, code: str, message: str, fields: Mapping[str, Any] | None = None) -> HttpResponse:
    """This will write one failure."""
    body = {"error": {"code": code, "message": message, "fields": {k: str(v) for k, v in (fields or {}).items()}}}
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})


def install(api: NinjaAPI) -> None:
    """This will make the API answer every failure in that form."""
    handlers: dict[type[Exception], Any] = {
        Absent: _absent,
        Http404: _absent,
        Refusal: _refusal,
        Refused: _refused,
        ValidationError: _invalid,
        HttpError: _http,
        RequestDataTooBig: _too_big,
        SuspiciousOperation: _unreadable,
        MultiPartParserError: _unreadable,
        UnreadablePostError: _unreadable,
        DataError: _unstorable,
        UnicodeEncodeError: _unstorable,
        Exception: _broken,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def _absent(request: HttpRequest, error: Exception) -> HttpResponse:
    return answer(404, "not_found", _("没有找到,或者您无权查看。"))


def _refusal(request: HttpRequest, error: Refusal) -> HttpResponse:
    status = 409 if error.code in CONFLICTS else 403 if error.code in FORBIDDEN else 422
    return answer(status, error.code, error.message or _("不能这样做。"), error.fields)


def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    if error.code == "missing":
        return answer(422, "missing", _("还缺少必填内容。"), {name: _("必填") for name in error.missing})
    return answer(409, "state", _("当前状态下不能这样做,请刷新后再试。"))


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields = {_field(item): _words(item) for item in error.errors}
    return answer(422, "invalid", _("填写的内容有误,没有保存。"), fields)


def _field(item: Mapping[str, Any]) -> str:
    parts = [str(part) for part in item.get("loc", ()) if part not in _SCAFFOLD]
    return ".".join(parts) or "body"


def _words(item: Mapping[str, Any]) -> str:
    kind = str(item.get("type", ""))
    if kind == "missing":
        return _("必填")
    if kind == "finite_number":
        return _("不是有效的数")
    if kind in {"string_too_long", "too_long"}:
        return _("太长")
    if kind in {"string_too_short", "too_short"}:
        return _("不能为空")
    if kind.startswith(("greater_than", "less_than")):
        return _("超出范围")
    if kind.startswith(("enum", "literal")):
        return _("没有这个选项")
    context = item.get("ctx") or {}
    if kind == "value_error" and context.get("error"):
        return str(context["error"])
    return _("格式不正确")


def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    if error.status_code == 401:
        return answer(401, "signed_out", _("请先登录。"))
    if error.status_code == 403:
        return answer(403, "csrf", _("页面已过期,请刷新后再试。"))
    return answer(error.status_code, "bad_request", _("请求的内容无法读取。"))


def _too_big(request: HttpRequest, error: Exception) -> HttpResponse:
    return answer(413, "too_large", _("提交的内容过大,没有保存。"))


def _unreadable(request: HttpRequest, error: Exception) -> HttpResponse:
    return answer(400, "bad_request", _("请求的内容无法读取。"))


def _unstorable(request: HttpRequest, error: Exception) -> HttpResponse:
    """This will answer a text or number that no schema stopped and the database cannot hold."""
    log.warning("API %s %s: %s", request.method, request.path, error)
    return answer(422, "invalid", _("填写的内容有误,没有保存。"))


def _broken(request: HttpRequest, error: Exception) -> HttpResponse:
    """This will say that it is our fault, and keep the trace for the administrator."""
    log.exception("API %s %s failed", request.method, request.path, exc_info=error)
    return answer(500, "server", _("平台出错了,没有保存。请稍后再试,或联系系统管理员。"))
