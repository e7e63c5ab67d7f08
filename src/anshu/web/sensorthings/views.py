# SPDX-License-Identifier: Apache-2.0
"""The one address below which everything of SensorThings is."""

import json
import logging
from dataclasses import replace
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from anshu.kernel.access.viewer import Absent, Refusal, Viewer
from anshu.web.sensorthings.bodies import JSON_PATCH, is_json_patch, read_json
from anshu.web.sensorthings.callers import caller, secret_of
from anshu.web.sensorthings.entities import ENTITIES
from anshu.web.sensorthings.options import MOST_ARRAY_TOP, MOST_EXPAND_DEPTH, MOST_TOP, Options, read_options
from anshu.web.sensorthings.paths import Place, resolve
from anshu.web.sensorthings.problems import Problem, answer, wrong
from anshu.web.sensorthings.rate import RATE
from anshu.web.sensorthings.reading import Reader
from anshu.web.sensorthings.syntax import MOST_CHARACTERS
from anshu.web.sensorthings.writing import Writer, not_taken

log = logging.getLogger(__name__)
ROOT = "sta/v1.1"
_SPEC = "http://www.opengis.net/spec/iot_sensing/1.1/req"
CONFORMANCE = [
    f"{_SPEC}/datamodel",
    f"{_SPEC}/resource-path/resource-path-to-entities",
    f"{_SPEC}/request-data",
    f"{_SPEC}/create-update-delete/historical-location-auto-creation",
    f"{_SPEC}/data-array/data-array",
]


@csrf_exempt  # Sessions are checked by `caller`; a token needs no such check.
def sensorthings(request: HttpRequest, path: str = "") -> HttpResponse:
    """This will serve one request; whatever goes wrong is said in the standard's form."""
    try:
        return _serve(request, path)
    except Problem as problem:
        return answer(problem)
    except Absent:
        return answer(Problem(404, "not_found", _("没有找到,或者您无权查看。")))
    except Refusal as refusal:
        return answer(_refused(refusal))
    except RequestDataTooBig:
        return answer(Problem(413, "too_large", _("提交的内容过大,没有保存。")))
    except (UnreadablePostError, UnicodeError):
        return answer(wrong(_("请求的内容无法读取。")))
    except Exception:
        log.exception("SensorThings %s %s failed", request.method, request.path)
        return answer(Problem(500, "server", _("平台出错了,没有保存。请稍后再试,或联系系统管理员。")))


def _serve(request: HttpRequest, path: str) -> HttpResponse:
    viewer = caller(request)
    base = request.build_absolute_uri(f"/{ROOT}")
    if request.method in ("GET", "HEAD"):
        if not path.strip("/"):
            return said(_root(base))
        return _read(request, path, Reader(viewer, base, request.now))  # type: ignore[attr-defined]
    return _written(request, path, viewer, base)


def _written(request: HttpRequest, path: str, viewer: Viewer, base: str) -> HttpResponse:
    writer = Writer(viewer, base, request.now, secret_of(request))  # type: ignore[attr-defined]
    match request.method:
        case "POST" if path.strip("/") == "CreateObservations":
            return said(writer.arrays(read_json(request)), 201)
        case "POST":
            address, shown = writer.create(path, read_json(request))
            created = said(shown, 201)
            created.headers["Location"] = address
            return created
        case "PATCH" if is_json_patch(request):
            return said(writer.patch(path, read_json(request, JSON_PATCH)))
        case "PATCH" | "PUT":
            return said(writer.change(path, read_json(request), whole=request.method == "PUT"))
        case "DELETE":
            writer.remove(path, request.GET.get("reason", ""))
            return HttpResponse(status=204)
    raise not_taken(("GET", "HEAD"))


def _root(base: str) -> dict[str, Any]:
    return {
        "value": [{"name": name, "url": f"{base}/{name}"} for name in ENTITIES],
        "serverSettings": {
            "conformance": CONFORMANCE,
            "limits": {
                "maxTop": MOST_TOP,
                "maxTopOfDataArray": MOST_ARRAY_TOP,
                "maxExpandDepth": MOST_EXPAND_DEPTH,
                "maxFilterLength": MOST_CHARACTERS,
                "requestsPerSecond": RATE,
            },
        },
    }


def _read(request: HttpRequest, path: str, reader: Reader) -> HttpResponse:
    place = resolve(path, reader)
    options = read_options([(key, value) for key in request.GET for value in request.GET.getlist(key)], place.entity)
    if place.inside:
        return _property(place, reader)
    if place.row is not None:
        return _one(place, options, reader)
    if place.ending == "$count":
        return HttpResponse(str(reader.count(place.entity, place.fixed, options)), content_type="text/plain")
    if place.ending == "$ref":
        options = replace(options, select=("@iot.selfLink",), expand={})
    here = f"{reader.base}/{place.path}" + (f"/{place.ending}" if place.ending else "")
    return said(reader.collection(place.entity, place.fixed, options, here))


def _one(place: Place, options: Options, reader: Reader) -> HttpResponse:
    if set(options.written) - {"$select", "$expand"}:
        raise wrong(_("单个对象只能用 $select 与 $expand"), "unknown_option")
    if place.ending == "$ref":
        options = replace(options, select=("@iot.selfLink",), expand={})
    shown = reader.one(place.entity, place.fixed, options)
    if shown is None:
        raise Absent
    return said(shown)


def _property(place: Place, reader: Reader) -> HttpResponse:
    """This will answer `…/name` with its name, and `…/name/$value` bare; nothing there is 204."""
    name, *deeper = place.inside
    shown = reader.one(place.entity, place.fixed, Options(select=(name,)))
    value = (shown or {}).get("@iot.id" if name == "id" else name)
    for key in deeper:
        if not isinstance(value, dict) or key not in value:
            raise Absent
        value = value[key]
    if value is None:
        return HttpResponse(status=204)
    if place.ending == "$value":
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        return HttpResponse(text, content_type="text/plain; charset=utf-8")
    return said({place.inside[-1]: value})


def _refused(refusal: Refusal) -> Problem:
    status = 409 if refusal.code in ("duplicate", "state", "conflict", "exists") else 400
    message = refusal.message or _("不能这样做。")
    if refusal.fields:
        message += ":" + ";".join(f"{name} {text}" for name, text in refusal.fields.items())
    return Problem(status, refusal.code, message)


def said(body: Any, status: int = 200) -> HttpResponse:
    """This will write an answer; a number that JSON does not have would be our fault."""
    return JsonResponse(body, safe=False, status=status, json_dumps_params={"ensure_ascii": False, "allow_nan": False})
