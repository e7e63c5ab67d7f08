# SPDX-License-Identifier: Apache-2.0
"""Reading tasks: what is mine, what may be done, what has been done."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point, Polygon
from django.contrib.gis.measure import D
from django.db.models import Case, CharField, Count, Prefetch, Q, QuerySet, Value, When
from django.utils import timezone

from anshu.domain.grassroots.choices import ENDED_STATES, OPEN_STATES, PartyRung, TaskState
from anshu.domain.grassroots.models import Extension, Party, Task, TaskDeadline
from anshu.domain.grassroots.rules import FALLBACK_PERIOD, TASKS, Standing, label_of, may_part
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.models import User
from anshu.kernel.access.viewer import Viewer, within
from anshu.kernel.audit.actor import Actor
from anshu.kernel.audit.refusals import Absent
from anshu.kernel.files.models import StoredFile
from anshu.kernel.files.selectors import files_of
from anshu.kernel.org.models import Post, Tenure
from anshu.kernel.timing.calendar import WorkCalendar
from anshu.kernel.timing.deadlines import Deadline, due_at
from anshu.kernel.workflow.models import Step
from anshu.kernel.workflow.selectors import steps_of, steps_of_many
from anshu.kernel.workflow.table import Transition

# How near and how recent another report must be to be offered as the same matter.
SIMILAR_WITHIN_M = 200
SIMILAR_WITHIN = timedelta(hours=48)
OWN_REPORTS_KEPT = timedelta(days=30)
_WORKING = (TaskState.ASSIGNED, TaskState.IN_PROGRESS)
_JUDGING = (TaskState.REPORTED, TaskState.ACCEPTED, TaskState.FEEDBACK)
_DOING = (PartyRung.DOER, PartyRung.DEPUTY)
_SUPERVISING = (PartyRung.SUPERVISOR, PartyRung.COUNTY)


def tasks_visible(viewer: Viewer) -> QuerySet[Task]:
    """This will give the tasks in the viewer's scope, and those that the viewer reported, holds or was given."""
    seen = within(viewer, Task, Capability.DANGER)
    if viewer.user_id is not None:
        seen |= Q(assignee_id=viewer.user_id) | Q(owner_id=viewer.user_id)
    if viewer.posts:
        seen |= Q(post_id__in=sorted(viewer.posts))
    return Task.objects.filter(seen)


def task_get(viewer: Viewer, pk: Any, right: Right = Right.READ) -> Task:
    """This will give one task on which the viewer holds the right, or raise Absent."""
    rows = Task.objects.filter(within(viewer, Task, Capability.DANGER, right)) if right != Right.READ else None
    rows = tasks_visible(viewer) if rows is None else rows
    try:
        task = rows.select_related("post__organisation", "assignee__person", "unit").filter(pk=pk).first()
    except (TypeError, ValueError) as error:
        raise Absent from error
    if task is None:
        raise Absent
    return task


def tasks_mine(viewer: Viewer, at: datetime) -> QuerySet[Task]:
    """This will give what waits for the viewer first, each row marked in `mine`: duty, waiting or reported.

    duty: the next move is the viewer's own, as assignee or by a seat. waiting: it is with somebody else, but the
    viewer has a part in it. reported: the viewer's own reports, ended ones for thirty days.
    """
    duty, is_open = _duty(viewer), Q(state__in=OPEN_STATES)
    concerned = _concerned(viewer)
    own = Q(pk__in=[])
    if viewer.user_id is not None:
        own = Q(owner_id=viewer.user_id) & (Q(closed_at=None) | Q(closed_at__gt=at - OWN_REPORTS_KEPT))
        concerned = concerned.union(Task.objects.filter(own).values("pk"))
    return (
        Task.objects.filter(is_open | own, pk__in=concerned)
        .annotate(
            mine=Case(
                When(is_open & duty, then=Value("duty")),
                When(is_open & _part(viewer), then=Value("waiting")),
                default=Value("reported"),
                output_field=CharField(),
            )
        )
        .select_related("post__organisation", "assignee__person")
        .order_by("mine", "due_at", "-id")
    )


def tasks_of_duty(viewer: Viewer) -> QuerySet[Task]:
    """This will give the open tasks whose next move is the viewer's own, as assignee or by a seat."""
    return Task.objects.filter(_duty(viewer), state__in=OPEN_STATES, pk__in=_concerned(viewer))


def _concerned(viewer: Viewer) -> QuerySet[Any]:
    """This will list the keys of the tasks in which the viewer has any part.

    A union, because each of its branches reads an index; the same as alternatives would read every open task.
    """
    posts = sorted(viewer.posts)
    found = [Task.objects.filter(post_id__in=posts).values("pk")]
    if viewer.user_id is not None:
        found.append(Task.objects.filter(assignee_id=viewer.user_id).values("pk"))
    return _parties(viewer, PartyRung.values).union(*found)


def _part(viewer: Viewer) -> Q:
    """This will filter the tasks in which the viewer has any part."""
    part = Q(pk__in=_parties(viewer, PartyRung.values)) | Q(post_id__in=sorted(viewer.posts))
    return part | Q(assignee_id=viewer.user_id) if viewer.user_id is not None else part


def _duty(viewer: Viewer) -> Q:
    """This will filter the tasks whose next move is the viewer's."""
    posts = sorted(viewer.posts)
    doing = Q(post_id__in=posts) | Q(pk__in=_parties(viewer, _DOING))
    if viewer.user_id is not None:
        doing = Q(assignee_id=viewer.user_id) | (Q(assignee=None) & doing)
    supervising = Q(pk__in=_parties(viewer, _SUPERVISING))
    # Whoever holds the task does not verify it, whatever other seat there is.
    not_holder = ~Q(post_id__in=posts) if posts else Q()
    return (
        (Q(state__in=_WORKING) & doing)
        | (Q(state__in=_JUDGING) & supervising & not_holder)
        | (Q(state__in=OPEN_STATES, escalated_at__isnull=False) & supervising)
    )


def _parties(viewer: Viewer, rungs: Iterable[str]) -> QuerySet[Any]:
    return Party.objects.filter(post_id__in=sorted(viewer.posts), rung__in=list(rungs)).values("task_id")


def mine_counts(viewer: Viewer, at: datetime) -> dict[str, int]:
    """This will count the viewer's own duties: late, due before midnight, and not yet taken up."""
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return tasks_of_duty(viewer).aggregate(
        late=Count("pk", filter=Q(due_at__lt=at)),
        today=Count("pk", filter=Q(due_at__gte=at, due_at__lt=midnight)),
        new=Count("pk", filter=Q(state__in=[TaskState.REPORTED, TaskState.ASSIGNED])),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One transition that the viewer may make now."""

    code: str
    label: str
    primary: bool
    needs: tuple[str, ...]
    asks: tuple[str, ...]


def actions_for(viewer: Viewer, task: Task) -> list[Offer]:
    """This will list what the viewer may do with the task as it stands, the primary first. At most three queries."""
    open_now = TASKS.open_from(task.state)
    if not open_now:
        return []
    standing = standing_of(viewer, task)
    offers = [_offer(row) for row in open_now if permitted(viewer, task, row, standing)]
    return sorted(offers, key=lambda offer: not offer.primary)


def _offer(row: Transition) -> Offer:
    return Offer(
        code=row.code,
        label=str(row.label),
        primary=row.primary,
        needs=tuple(need.value for need in row.needs),
        asks=tuple(ask.value for ask in row.asks),
    )


def permitted(viewer: Viewer, task: Task, row: Transition, standing: Standing) -> bool:
    """This will tell whether right and part together allow a transition to a viewer who can see the task."""
    right = Right(row.right)
    if right is not Right.READ and not viewer.covers(task, Capability.DANGER, right):
        return False
    return may_part(row, standing, level=task.level)


def standing_of(viewer: Viewer, task: Task) -> Standing:
    """This will gather what the viewer is to the task."""
    rungs = {party.rung for party in task.parties.all() if party.post_id in viewer.posts}
    holder = _holds(viewer, task)
    doer = holder or bool(rungs & set(_DOING))
    reporter = viewer.user_id is not None and task.owner_id == viewer.user_id
    extension = Extension.objects.filter(task=task, granted=None).first()
    return Standing(
        holder=holder,
        doer=doer,
        fed_back=steps_of(task).filter(transition="feedback", actor_id=viewer.id).exists(),
        reporter=reporter,
        member=doer or reporter or bool(rungs) or _may_change(viewer, task),
        extension_open=extension is not None,
        asked_extension=extension is not None and extension.asked_by_id == viewer.id,
    )


def _holds(viewer: Viewer, task: Task) -> bool:
    if viewer.user_id is not None and task.assignee_id == viewer.user_id:
        return True
    return task.post_id is not None and task.post_id in viewer.posts


def _may_change(viewer: Viewer, task: Task) -> bool:
    return any(viewer.covers(task, Capability.DANGER, right) for right in (Right.UPDATE, Right.APPROVE))


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """One step as people read it, with the pictures that came with it."""

    id: int
    at: datetime
    actor: str
    transition: str
    label: str
    state: str
    state_label: str
    text: str
    position: Point | None
    details: dict[str, Any]
    files: tuple[StoredFile, ...]


def history_of(viewer: Viewer, task: Task) -> list[HistoryLine]:
    """This will give the task's steps, oldest first; raises Absent when the task is out of sight."""
    if not tasks_visible(viewer).filter(pk=task.pk).exists():
        raise Absent
    files = defaultdict(list)
    for file in files_of(task):
        files[file.step_id].append(file)
    return [_line(step, files[step.pk]) for step in steps_of(task)]


def histories_of(viewer: Viewer, pks: Iterable[int]) -> dict[int, list[HistoryLine]]:
    """This will give the steps of several visible tasks, in three queries however many they are."""
    seen = list(tasks_visible(viewer).filter(pk__in=list(pks)).values_list("pk", flat=True))
    files = defaultdict(list)
    for file in StoredFile.objects.filter(subject_type=Task._meta.label_lower, subject_id__in=map(str, seen)):
        files[file.step_id].append(file)
    lines: dict[int, list[HistoryLine]] = {pk: [] for pk in seen}
    for step in steps_of_many(Task, seen):
        lines[int(step.subject_id)].append(_line(step, files[step.pk]))
    return lines


def _line(step: Step, files: Sequence[StoredFile]) -> HistoryLine:
    return HistoryLine(
        id=step.pk,
        at=step.at,
        actor=step.actor_label,
        transition=step.transition,
        label=str(label_of(step.transition)),
        state=step.target,
        state_label=str(TaskState(step.target).label),
        text=step.reason,
        position=step.position,
        details=step.details,
        files=tuple(files),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyLine:
    """A seat with a part in a task, and who sits in it."""

    rung: str
    label: str
    post_id: int
    seat: str
    person: str
    phone_masked: str


def parties_of(viewer: Viewer, task: Task, at: datetime) -> list[PartyLine]:
    """This will name the seats with a part in the task and the people in them at that moment."""
    if not tasks_visible(viewer).filter(pk=task.pk).exists():
        raise Absent
    rows = Party.objects.filter(task=task).select_related("post__organisation").prefetch_related(_sitting(at, "post__"))
    return [_party_line(row) for row in rows]


def _party_line(row: Party) -> PartyLine:
    person = next((tenure.person for tenure in getattr(row.post, "sitting", ())), None)
    return PartyLine(
        rung=row.rung,
        label=str(PartyRung(row.rung).label),
        post_id=row.post_id,
        seat=str(row.post),
        person=person.name if person else "",
        phone_masked=person.phone_masked if person else "",
    )


def _sitting(at: datetime, path: str) -> "Prefetch[str, QuerySet[Tenure], str]":
    current = Tenure.objects.filter(Q(until=None) | Q(until__gt=at), since__lte=at).select_related("person")
    return Prefetch(f"{path}tenures", queryset=current.order_by("-since"), to_attr="sitting")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody a task may be given to: `key` is what `assign` takes."""

    key: str
    label: str
    division_code: str


def assignees_for(viewer: Viewer, task: Task, at: datetime) -> list[Candidate]:
    """This will list the occupied seats that the viewer may give the task to, nearest places first."""
    township = task.division_code[:9] if task.division_code[6:9] != "000" else task.division_code[:6]
    posts = (
        Post.objects.filter(active=True, organisation__division_code__startswith=township)
        .select_related("organisation")
        .prefetch_related(_sitting(at, ""))
    )
    found = [post for post in posts if getattr(post, "sitting", ()) and may_give(viewer, task, post)]
    found.sort(key=lambda post: (post.organisation.division_code != task.division_code, post.order, post.pk))
    return [
        Candidate(
            key=f"post:{post.pk}",
            label=f"{post} {getattr(post, 'sitting')[0].person.name}",  # noqa: B009  set by the prefetch
            division_code=post.organisation.division_code,
        )
        for post in found
    ]


def may_give(viewer: Viewer, task: Task, post: Post) -> bool:
    """This will tell whether the seat lies where the viewer may hand out tasks of this sector."""
    return viewer.covers(_Place(post, task.sector_code), Capability.DANGER, Right.APPROVE)


class _Place:
    """A seat as a placed row."""

    def __init__(self, post: Post, sector_code: str) -> None:
        self.division_code = post.organisation.division_code
        self.sector_code = sector_code
        self.unit_id = post.organisation_id


def post_of(user: User, at: datetime) -> Post | None:
    """This will give the seat that an account's person sits in, the longest held first."""
    if user.person_id is None:
        return None
    tenure = (
        Tenure.objects.filter(Q(until=None) | Q(until__gt=at), since__lte=at, person_id=user.person_id)
        .select_related("post__organisation")
        .order_by("since")
        .first()
    )
    return tenure.post if tenure else None


def ground_of(actor: Actor, capability: Capability) -> str:
    """This will give the smallest division over which somebody may create, for want of a better place."""
    if not isinstance(actor, Viewer):
        return str(settings.COUNTY_CODE)
    held = [one for one in actor.holdings if replace(actor, holdings=(one,)).can(capability, Right.CREATE)]
    codes = [one.division_code for one in held]
    return max(codes, key=lambda code: len(code.rstrip("0")), default=str(settings.COUNTY_CODE))


def similar_open(viewer: Viewer, kind: str, point: Point, at: datetime) -> QuerySet[Task]:
    """This will find open tasks of the kind within 200 m and 48 h, nearest first: perhaps the same matter."""
    # The box lets the index work; its degrees are generous at every latitude of the country.
    margin = SIMILAR_WITHIN_M / 50_000
    box = Polygon.from_bbox((point.x - margin, point.y - margin, point.x + margin, point.y + margin))
    box.srid = 4326
    return (
        tasks_visible(viewer)
        .exclude(state__in=ENDED_STATES)
        .filter(kind=kind, point__intersects=box, created_at__gt=at - SIMILAR_WITHIN)
        .annotate(distance=Distance("point", point))
        .filter(distance__lte=D(m=SIMILAR_WITHIN_M))
        .order_by("distance", "-id")
    )


def tasks_of_source(viewer: Viewer, source_type: str, source_id: str) -> QuerySet[Task]:
    """This will give the tasks that came from one alarm or incident."""
    return tasks_visible(viewer).filter(source_type=source_type, source_id=str(source_id)).order_by("id")


def deadline_from(*, origin: str, kind: str, level: int, start_at: datetime) -> datetime:
    """This will give the instant a task of that origin, kind and level is due when begun at `start_at`."""
    row = (
        TaskDeadline.objects.filter(
            Q(valid_until=None) | Q(valid_until__gt=start_at),
            origin=origin,
            kind__in=["", kind],
            level=level,
            valid_from__lte=start_at,
        )
        .order_by("-kind", "-valid_from")
        .first()
    )
    period = Deadline.parse(row.period if row else FALLBACK_PERIOD)
    return due_at(period, start_at, WorkCalendar())
