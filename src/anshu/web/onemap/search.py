# SPDX-License-Identifier: Apache-2.0
"""One search over places, objects, matters and people, scoped to the viewer."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from anshu.domain.alerts.selectors import alarms_visible
from anshu.domain.command.selectors import incidents_visible
from anshu.domain.grassroots.selectors import tasks_visible
from anshu.domain.risks.selectors import risks_visible
from anshu.domain.sensing.selectors import things_visible
from anshu.kernel.access.choices import Capability
from anshu.kernel.access.viewer import Viewer, within
from anshu.kernel.org.models import Division, Person
from anshu.kernel.org.selectors import division_names
from anshu.web.hrefs import href
from anshu.web.onemap.features import lnglat

EACH = 5
LONGEST = 60
Hit = dict[str, Any]


def search_all(viewer: Viewer, text: str) -> list[Hit]:
    """This will find up to a few of each kind; one query a kind, whatever is found."""
    text = text.strip()[:LONGEST]
    if not text:
        return []
    hits = [hit for look in LOOKS for hit in look(viewer, text)]
    names = division_names({hit["division"] for hit in hits if hit["division"]})
    return [_finished(hit, names) for hit in sorted(hits, key=lambda hit: hit["title"] != text)]


def _finished(hit: Hit, names: dict[str, str]) -> Hit:
    place = names.get(hit.pop("division"), "")
    return {**hit, "subtitle": " · ".join(part for part in (str(hit["subtitle"]), place) if part)}


def _hit(kind: str, pk: Any, title: str, subtitle: Any, point: Any, where: str, link: str = "") -> Hit:
    return {
        "type": kind,
        "id": pk,
        "title": title,
        "subtitle": subtitle,
        "point": lnglat(point),
        "href": link or href(kind, pk),
        "division": where,
    }


def _divisions(viewer: Viewer, text: str) -> Iterator[Hit]:
    """This will find places by name, code or the initials of their pinyin; places are no secret."""
    wanted = Q(name__icontains=text) | Q(initials__istartswith=text)
    if text.isdigit() and len(text) >= 6:
        wanted |= Q(code__startswith=text)
    rows = Division.objects.filter(wanted, valid_until=None).defer("area").order_by("code")
    for row in rows[:EACH]:
        link = f"/map/#13/{row.point.y:.5f}/{row.point.x:.5f}" if row.point else "/map/"
        yield _hit("division", row.code, row.name, row.get_level_display(), row.point, row.parent_code, link)


def _risks(viewer: Viewer, text: str) -> Iterator[Hit]:
    rows = risks_visible(viewer).filter(Q(name__icontains=text) | Q(code__istartswith=text), retired_at=None)
    for row in rows[:EACH]:
        yield _hit("risk", row.pk, row.name, row.get_kind_display(), row.point, row.division_code)


def _things(viewer: Viewer, text: str) -> Iterator[Hit]:
    rows = things_visible(viewer).filter(Q(name__icontains=text) | Q(code__istartswith=text), retired_at=None)
    for row in rows[:EACH]:
        yield _hit("thing", row.pk, row.name, row.get_kind_display(), row.point, row.division_code)


def _alarms(viewer: Viewer, text: str) -> Iterator[Hit]:
    for row in alarms_visible(viewer).filter(title__icontains=text, state="active").order_by("level", "-id")[:EACH]:
        yield _hit("alarm", row.pk, row.title, row.get_level_display(), row.point, row.division_code)


def _tasks(viewer: Viewer, text: str) -> Iterator[Hit]:
    rows = tasks_visible(viewer).filter(Q(number__icontains=text) | Q(title__icontains=text)).order_by("-id")
    for row in rows[:EACH]:
        yield _hit("task", row.pk, row.title, row.number, row.point, row.division_code)


def _incidents(viewer: Viewer, text: str) -> Iterator[Hit]:
    rows = incidents_visible(viewer).filter(Q(number__icontains=text) | Q(title__icontains=text)).order_by("-id")
    for row in rows[:EACH]:
        yield _hit("incident", row.pk, row.title, row.number, row.point, row.division_code)


def _people(viewer: Viewer, text: str) -> Iterator[Hit]:
    """This will find people by name in the places whose incidents the viewer handles; phones stay masked."""
    rows = Person.objects.filter(within(viewer, Person, Capability.INCIDENT), name__icontains=text)
    for row in rows.order_by("name", "pk")[:EACH]:
        subtitle = _("人员 %(phone)s") % {"phone": row.phone_masked}
        yield _hit("person", row.pk, row.name, subtitle, None, row.division_code, f"/search/?q={row.name}")


LOOKS: tuple[Callable[[Viewer, str], Iterator[Hit]], ...] = (
    _divisions,
    _risks,
    _things,
    _alarms,
    _tasks,
    _incidents,
    _people,
)
