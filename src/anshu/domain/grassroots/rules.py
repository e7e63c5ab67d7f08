# SPDX-License-Identifier: Apache-2.0
"""The task's transitions, who may make them, and which seats are called for which rung. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.utils.translation import gettext_lazy as _

from anshu.domain.grassroots.choices import PartyRung, TaskKind, TaskState
from anshu.kernel.org.choices import Level, Rung, Sector
from anshu.kernel.workflow.table import Needs, Table, Transition

REPORTED, ACCEPTED, ASSIGNED, IN_PROGRESS, FEEDBACK, CLOSED, REJECTED = (state.value for state in TaskState)
# Steps that no person makes by choice: how a task came to be, and what the platform adds.
CREATIONS = {"report": _("上报"), "raise": _("告警生成任务")}
PLATFORM_STEPS = {
    "escalate": _("超期升级"),
    "level": _("告警升级"),
    "recover": _("告警已恢复"),
    "merged": _("并入重复上报"),
}
# Red and orange: separation of duties is stricter there.
SEVERE = frozenset({1, 2})
# When no dated row serves: nothing may stay without a deadline.
FALLBACK_PERIOD = "24h"
DOER, CHECKER, MEMBER, NOT_ASKER = "doer", "checker", "member", "not_asker"
LADDER = (Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY)


def _row(code: str, label: Any, sources: Iterable[str], target: str, right: str, **more: Any) -> Transition:
    return Transition(code=code, label=label, sources=frozenset(sources), target=target, right=right, **more)


TASKS = Table(
    "task",
    (
        _row("accept", _("受理"), [REPORTED], ACCEPTED, "A", primary=True),
        _row("reject", _("不予受理"), [REPORTED], REJECTED, "A", needs=(Needs.REASON,)),
        _row("assign", _("派发"), [ACCEPTED, ASSIGNED], ASSIGNED, "A", needs=(Needs.ASSIGNEE,), primary=True),
        _row("take", _("签收"), [ASSIGNED], IN_PROGRESS, "R", party=DOER, primary=True),
        _row(
            "feedback",
            _("反馈"),
            [IN_PROGRESS],
            FEEDBACK,
            "R",
            party=DOER,
            needs=(Needs.TEXT,),
            asks=(Needs.PHOTO, Needs.POSITION),
            primary=True,
        ),
        _row("return", _("退回"), [FEEDBACK], IN_PROGRESS, "A", party=CHECKER, needs=(Needs.REASON,)),
        # Whoever did the work must not be the one who says that it is done.
        _row("close", _("复核销号"), [FEEDBACK], CLOSED, "A", party=CHECKER, asks=(Needs.TEXT,), primary=True),
        _row("extend", _("申请延期"), [ASSIGNED, IN_PROGRESS], "", "R", party=DOER, needs=(Needs.DAYS, Needs.REASON)),
        _row("extension_grant", _("同意延期"), [ASSIGNED, IN_PROGRESS], "", "A", party=NOT_ASKER),
        _row(
            "extension_refuse",
            _("不同意延期"),
            [ASSIGNED, IN_PROGRESS],
            "",
            "A",
            party=NOT_ASKER,
            needs=(Needs.REASON,),
        ),
        _row(
            "transfer",
            _("转派"),
            [ASSIGNED, IN_PROGRESS],
            ASSIGNED,
            "A",
            needs=(Needs.ASSIGNEE, Needs.REASON),
        ),
        _row(
            "note",
            _("备注"),
            [REPORTED, ACCEPTED, ASSIGNED, IN_PROGRESS, FEEDBACK],
            "",
            "R",
            party=MEMBER,
            needs=(Needs.TEXT,),
            asks=(Needs.PHOTO,),
        ),
        _row(
            "merge",
            _("并案"),
            [REPORTED, ACCEPTED, ASSIGNED, IN_PROGRESS],
            REJECTED,
            "A",
            needs=(Needs.INTO,),
        ),
        _row("reopen", _("重新办理"), [CLOSED], IN_PROGRESS, "A", needs=(Needs.REASON,)),
    ),
    final=frozenset({CLOSED, REJECTED}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What somebody is to a task: everything that `may_part` decides by."""

    # Holds the task: its assignee, or sits on its responsible seat.
    holder: bool = False
    # May do the work: a holder, or on a doing or deputy seat.
    doer: bool = False
    fed_back: bool = False
    reporter: bool = False
    # Has some part, or may change tasks here.
    member: bool = False
    extension_open: bool = False
    asked_extension: bool = False


def may_part(transition: Transition, standing: Standing, *, level: int) -> bool:
    """This will tell whether somebody's part in the task allows the transition, rights apart."""
    if transition.code == "extend" and standing.extension_open:
        return False
    match transition.party:
        case "doer":
            return standing.doer
        case "checker":
            return not (standing.holder or standing.fed_back) and not (standing.reporter and level in SEVERE)
        case "member":
            return standing.member
        case "not_asker":
            return standing.extension_open and not standing.asked_extension
    return True


def label_of(code: str) -> Any:
    """This will give the trade's verb for a step."""
    transition = TASKS.find(code)
    return transition.label if transition else (CREATIONS | PLATFORM_STEPS).get(code, code)


_SECTOR_OF_KIND = {
    TaskKind.FLOOD: Sector.FLOOD,
    TaskKind.GEOHAZARD: Sector.GEOHAZARD,
    TaskKind.FIRE: Sector.FIRE,
    TaskKind.FOREST_FIRE: Sector.FOREST,
    TaskKind.ROAD: Sector.ROAD,
    TaskKind.ENTERPRISE: Sector.INDUSTRY,
    TaskKind.BUILDING: Sector.CONSTRUCTION,
    TaskKind.GAS: Sector.CONSTRUCTION,
}
_KIND_OF_SECTOR = {
    Sector.FLOOD: TaskKind.FLOOD,
    Sector.WEATHER: TaskKind.FLOOD,
    Sector.GEOHAZARD: TaskKind.GEOHAZARD,
    Sector.FIRE: TaskKind.FIRE,
    Sector.FOREST: TaskKind.FOREST_FIRE,
    Sector.ROAD: TaskKind.ROAD,
    Sector.HAZCHEM: TaskKind.ENTERPRISE,
    Sector.INDUSTRY: TaskKind.ENTERPRISE,
}


def sector_of(kind: str) -> str:
    """This will give the sector that a kind of report belongs to unless somebody says otherwise."""
    return str(_SECTOR_OF_KIND.get(TaskKind(kind), Sector.GENERAL))


def kind_of(sector: str) -> str:
    """This will give the kind of task that an alarm in a sector makes."""
    return str(_KIND_OF_SECTOR.get(Sector(sector or Sector.GENERAL), TaskKind.ALARM))


def worse(level: int, than: int) -> bool:
    """This will tell whether a level is more severe: 1 is the worst, 0 is none."""
    return level != 0 and (than == 0 or level < than)


def earlier(first: datetime | None, second: datetime | None) -> datetime | None:
    """This will give the earlier of two instants; an empty one gives way."""
    given = [moment for moment in (first, second) if moment is not None]
    return min(given, default=None)


def rung_of(level: str) -> Level:
    """This will place a division level on the county–township–village ladder."""
    if level == Level.COUNTY:
        return Level.COUNTY
    return Level.TOWNSHIP if level in (Level.TOWNSHIP, Level.PARK) else Level.VILLAGE


def rung_above(rung: str) -> Level | None:
    """This will give the next rung of the ladder; none above the county."""
    place = LADDER.index(Level(rung))
    return LADDER[place + 1] if place + 1 < len(LADDER) else None


class Seat(Protocol):
    """What is asked of a link of the responsibility chain."""

    @property
    def level(self) -> Level:
        """Of its division."""

    @property
    def rung(self) -> Rung:
        """Its place within the division."""

    @property
    def post_id(self) -> int:
        """The seat."""

    @property
    def person_id(self) -> int | None:
        """Whoever sits in it now."""


@dataclass(frozen=True, slots=True)
class Call:
    """Who is called for a task: the doer, everybody with a part, and why the doer is not the usual one."""

    doer: Any | None
    parties: tuple[tuple[Any, PartyRung], ...]
    # "" when the village's first does it; else deputy, township, county or nobody.
    instead: str


def call(chain: Sequence[Seat]) -> Call:
    """This will choose who deals with a task at the foot of the chain, and who supervises.

    The village's first responsible does it; where that seat is empty its deputy, then the township, then the county.
    """
    held = [seat for seat in chain if seat.person_id is not None]
    ordered = sorted(held, key=lambda seat: (LADDER.index(rung_of(seat.level)), seat.rung))
    doer = ordered[0] if ordered else None
    if doer is None:
        return Call(None, (), "nobody")
    parties = [(doer, PartyRung.DOER)]
    parties += [
        (seat, PartyRung.DEPUTY)
        for seat in ordered
        if seat.rung == Rung.DEPUTY and rung_of(seat.level) == rung_of(doer.level) and seat.post_id != doer.post_id
    ]
    parties += supervisors(ordered, above=rung_of(doer.level))
    return Call(doer, tuple(parties), _instead(doer))


def _instead(doer: Seat) -> str:
    rung = rung_of(doer.level)
    if rung is not Level.VILLAGE:
        return rung.value
    return "" if doer.rung == Rung.FIRST else "deputy"


def supervisors(chain: Sequence[Seat], *, above: str) -> list[tuple[Any, PartyRung]]:
    """This will give the first responsible of the lowest rung above that has anybody in a seat."""
    rung = rung_above(above)
    while rung is not None:
        seats = sorted(
            (seat for seat in chain if rung_of(seat.level) == rung and seat.person_id is not None),
            key=lambda seat: seat.rung,
        )
        if seats:
            part = PartyRung.COUNTY if rung is Level.COUNTY else PartyRung.SUPERVISOR
            return [(seats[0], part)]
        rung = rung_above(rung)
    return []
