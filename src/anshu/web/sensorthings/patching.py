# SPDX-License-Identifier: Apache-2.0
"""JSON Patch (RFC 6902): operations on an entity as it is shown, turned into what PATCH would be given."""

import json
from collections.abc import Mapping
from typing import Any

import jsonpatch
import jsonpointer
from django.utils.translation import gettext as _

from anshu.web.models import Description
from anshu.web.sensorthings.bodies import Body, as_object, bounded
from anshu.web.sensorthings.paths import Place
from anshu.web.sensorthings.problems import Problem, wrong

MOST_OPERATIONS = 50
# Copies of copies double with every operation.
_MOST_CHARACTERS = 100_000


def merged(place: Place, shown: Mapping[str, Any], operations: Any) -> Body:
    """This will give the fields that the operations change, as a body for PATCH. Raises Problem."""
    before = {name: value for name, value in shown.items() if not name.startswith("@") and "@iot." not in name}
    after = _applied(before, operations)
    gone = [name for name in before if name not in after]
    if gone:
        raise Problem(409, "fixed", _("“%(name)s”不能去掉") % {"name": gone[0]})
    changed = {name: value for name, value in after.items() if name not in before or before[name] != value}
    if "properties" in changed:
        own = as_object(changed["properties"], "properties")
        changed["properties"] = _own(place, before.get("properties") or {}, own)
    return changed


def _applied(document: dict[str, Any], operations: Any) -> dict[str, Any]:
    if not isinstance(operations, list) or not 0 < len(operations) <= MOST_OPERATIONS:
        said = _("JSON Patch 应为 1–%(most)s 个操作的数组") % {"most": MOST_OPERATIONS}
        raise wrong(said, "json_patch")
    found: Any = document
    for number, each in enumerate(operations, start=1):
        try:
            found = jsonpatch.JsonPatch([as_object(each, str(number))]).apply(found)
        except jsonpatch.JsonPatchTestFailed as error:
            raise Problem(409, "test_failed", _("第 %(number)s 个操作的 test 不成立") % {"number": number}) from error
        except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException, TypeError, ValueError) as error:
            said = _("第 %(number)s 个操作不能执行:op、path、value 或 from 不对") % {"number": number}
            raise wrong(said, "json_patch") from error
        bounded(found)
        if len(json.dumps(found)) > _MOST_CHARACTERS:
            raise wrong(_("第 %(number)s 个操作之后太大") % {"number": number}, "too_long")
    return dict(as_object(found))


def _own(place: Place, shown: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """This will give the free properties to be kept: those that a client gave before, and what was changed.

    What our registers say among them stays theirs: it is not kept beside, where it would grow old.
    """
    kept = Description.objects.filter(entity=place.entity.plural, key=place.fixed["id"]).first()
    given = (kept.given.get("properties") if kept is not None else None) or {}
    for name in shown:
        if name not in wanted and name not in given:
            raise Problem(409, "fixed", _("“%(name)s”不能去掉") % {"name": f"properties/{name}"})
    return {name: value for name, value in wanted.items() if name in given or shown.get(name) != value}
