# SPDX-License-Identifier: Apache-2.0
"""Pictures of dispatch: who goes where, by which road, and when all are out, on made maps."""

from typing import Any

import numpy as np
import shapely

from anshu.science.dispatch import (
    clearance,
    evacuation,
    greedy,
    quickest_path,
    relief_goods,
    road_time,
    shelter_loads,
    split_flow,
    whole_villages,
)
from tools.gallery.drawing import CYCLE, bars, curves, label
from tools.gallery.panels import Panels

panel = Panels()
RNG = np.random.default_rng(5)
VILLAGES, SHELTERS = RNG.uniform(0, 20, (24, 2)), RNG.uniform(2, 18, (6, 2))
PEOPLE = RNG.integers(50, 400, 24)
AWAY_KM = np.hypot(*(VILLAGES[:, None] - SHELTERS[None]).transpose(2, 0, 1))
CASE = evacuation.Evacuation(PEOPLE, np.full(6, int(PEOPLE.sum() * 1.15 / 6)), 3 + 2.1 * AWAY_KM)
SIDE = 12


def _plan(axes: Any, plan: evacuation.Plan) -> None:
    for village, shelter in zip(*np.nonzero(plan.persons), strict=True):
        ends = np.array([VILLAGES[village], SHELTERS[shelter]])
        axes.plot(*ends.T, color=CYCLE[0], linewidth=0.4 + plan.persons[village, shelter] / 200)
    axes.plot(*VILLAGES.T, "o", color=CYCLE[6], markersize=2)
    axes.plot(*SHELTERS.T, "s", color=CYCLE[1], markersize=4)
    label(axes, f"{plan.person_min:.0f} 人·分", "")
    axes.set_xticks([])
    axes.set_yticks([])


@panel("split_flow", "可拆分安置")
def _split(axes: Any) -> None:
    _plan(axes, split_flow.assign_split(CASE))


@panel("whole_villages", "整村安置")
def _whole(axes: Any) -> None:
    _plan(axes, whole_villages.assign_whole(CASE, seconds=20))


@panel("greedy", "贪心安置")
def _greedy(axes: Any) -> None:
    _plan(axes, greedy.assign_greedy(CASE))


@panel("shelter_loads", "整村安置(容量紧)")
def _loads(axes: Any) -> None:
    rooms = (0.9, 0.94, 0.98, 1.0, 1.04, 1.1)
    left = np.array([_left(_tight(room)) for room in rooms])
    lines = dict(zip(("贪心", "装载方案", "至少剩"), left.T, strict=True))
    curves(axes, rooms, lines, x_label="容量/人数", y_label="剩下的人", marks="o-")


def _tight(room: float) -> evacuation.Evacuation:
    """This will make a county whose shelters, some half as large as others, hold so much of its people."""
    rng = np.random.default_rng(5)
    villages, shelters = rng.uniform(0, 20, (24, 2)), rng.uniform(2, 18, (8, 2))
    people, size = rng.integers(50, 400, 24), rng.uniform(0.6, 1.4, 8)
    away_km = np.hypot(*(villages[:, None] - shelters[None]).transpose(2, 0, 1))
    capacity = (people.sum() * room * size / size.sum()).astype(int)
    return evacuation.Evacuation(people, capacity, np.where(away_km < 10, 3 + 2.1 * away_km, np.inf))


def _left(case: evacuation.Evacuation) -> tuple[float, float, float]:
    """This will give the persons left by the greedy way, by loads, and by any plan of whole villages at least."""
    people, capacity, minutes = case.checked()
    quick = greedy.quick(people, capacity, minutes)
    stay = people.astype(float)
    task = shelter_loads.Task(people, capacity, np.where(np.isfinite(minutes), 0.0, np.inf), stay)
    pool = shelter_loads.Pool()
    pool.add_plan(quick)
    # Far more time than is needed, so that the picture is the same on a slow machine.
    found = shelter_loads.price(task, pool, 0.5 * stay, seconds=120)
    pool.add_plan(greedy.packed(found.leaning, people, capacity, minutes))
    chosen = shelter_loads.choose(task, pool, seconds=120)
    return stay[quick == greedy.NOWHERE].sum(), stay[chosen == greedy.NOWHERE].sum(), max(found.bound, 0.0)


@panel("relief_goods", "物资分配(按紧急程度)")
def _goods(axes: Any) -> None:
    need = np.array([[40], [30], [50], [20]])
    minutes = np.array([[10.0, 30, 25, 40], [35, 12, 20, 15]])
    sent = relief_goods.ship(relief_goods.Supply(need, np.array([[60], [50]]), minutes, urgency=[2, 3, 1, 3])).sent
    bottom = np.zeros(4)
    for depot, quantity in enumerate(sent.sum(axis=2)):
        axes.bar(range(4), quantity, bottom=bottom, color=CYCLE[depot], label=f"库 {depot + 1}")
        bottom += quantity
    axes.bar(range(4), need[:, 0] - bottom, bottom=bottom, fill=False, linestyle=":", label="未满足")
    axes.set_xticks(range(4), ["急 2", "急 3", "急 1", "急 3"])
    label(axes, "", "件")
    axes.legend()


def _roads() -> road_time.Roads:
    number = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    east = np.stack([number[:, :-1].ravel(), number[:, 1:].ravel()], axis=1)
    north = np.stack([number[:-1].ravel(), number[1:].ravel()], axis=1)
    edges = np.concatenate([east, north])
    xy = np.stack([number.ravel() % SIDE, number.ravel() // SIDE], axis=1) * 500.0
    return road_time.Roads(xy, edges, np.random.default_rng(6).uniform(0.5, 3.0, len(edges)))


@panel("road_time", "行程(封闭一片)")
def _road_time(axes: Any) -> None:
    roads = _roads()
    flooded = shapely.box(1700, 1700, 3800, 2800)
    closed = road_time.edges_within(roads, [flooded])
    times = road_time.travel_times(roads, [0], np.arange(SIDE * SIDE), closed=closed)
    shown = axes.scatter(*np.asarray(roads.node_xy).T, c=times.minutes[0], cmap="cividis", s=12)
    axes.plot(*flooded.exterior.xy, color=CYCLE[1])
    axes.figure.colorbar(shown, ax=axes, fraction=0.046, pad=0.03).ax.tick_params(length=2, labelsize=6)
    label(axes, "自左下角起 min", "")
    axes.set_xticks([])
    axes.set_yticks([])


EDGES = np.array([(0, 1), (1, 4), (0, 2), (2, 4), (0, 3), (3, 4)])
MINUTES, WIDTHS = np.array([4.0, 4, 8, 8, 14, 14]), np.array([15.0, 15, 40, 40, 90, 90])


@panel("quickest_path", "单路清空时间")
def _quickest(axes: Any) -> None:
    people = np.linspace(50, 3000, 60)
    routes = [
        quickest_path.quickest_path(EDGES, MINUTES, WIDTHS, people=float(one), origin=0, destination=4)
        for one in people
    ]
    curves(axes, people, {"": [route.clearance_min for route in routes]}, x_label="人", y_label="min")
    axes.set_xlabel("人(拐点处改走更宽的路)")


@panel("clearance", "全域清空时间")
def _clearance(axes: Any) -> None:
    groups = (500, 1000, 2000, 4000)
    times = [
        clearance.clearance_time(
            clearance.Exodus(EDGES, MINUTES, WIDTHS, [people, 0, 0, 0, 0], [0, 0, 0, 0, people])
        ).clearance_min
        for people in groups
    ]
    bars(axes, [f"{one} 人" for one in groups], times, y_label="min(三路并用)")
