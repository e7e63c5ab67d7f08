# SPDX-License-Identifier: Apache-2.0
"""Villages to shelters at the size of a county: time, and how far each plan is from the best."""

import time

import numpy as np

from anshu.science.dispatch.evacuation import Evacuation
from anshu.science.dispatch.greedy import assign_greedy
from anshu.science.dispatch.road_time import Roads, edges_within, travel_times
from anshu.science.dispatch.split_flow import assign_split
from anshu.science.dispatch.whole_villages import assign_whole
from tools.bench.report import Figures, Target, finish

VILLAGES, SHELTERS = 262, 200
SECONDS = 20.0
# Measured beforehand on a case of this size: scipy.linprog over the whole table, scipy.milp stopped after 20 s, greedy.
SPLIT_REFERENCE_MS, WHOLE_REFERENCE_S, WHOLE_REFERENCE_GAP = 161.0, 20.0, 0.17
GREEDY_REFERENCE_WORSE = 24.0
# Of 209 329 persons; left by the best known plans of the same cases, found beforehand by a minute of search each.
TIGHT = {1.1: 0, 1.05: 0, 1.02: 0, 1.0: 4017, 0.9: 27219}
PEOPLE, LEFT_MORE = 209_329, 0.01  # of all persons, more than the best known plan leaves
SIDE = 60  # crossings a side of a made road net


def measure(*, as_json: bool) -> int:
    """This will plan a made county three ways and time a matrix of roads with closures."""
    found = figures()
    return finish("dispatch", found.targets, as_json=as_json, details=found.details)


def figures() -> Figures:
    """This will measure what `measure` prints."""
    case = county(np.random.default_rng(2), room=1.5)
    assign_split(case)  # brings the library in
    split, split_s = min((_timed(lambda: assign_split(case)) for _ in range(5)), key=lambda one: one[1])
    whole, whole_s = _timed(lambda: assign_whole(case, seconds=SECONDS))
    quick, quick_s = _timed(lambda: assign_greedy(case))
    worse = (quick.person_min / whole.bound_person_min - 1) * 100
    tight = {room: assign_whole(county(np.random.default_rng(2), room=room), seconds=SECONDS) for room in TIGHT}
    (times, closed), roads_s = _timed(_matrix)
    targets = [
        Target("split_ms", split_s * 1000, "ms", SPLIT_REFERENCE_MS, reference=SPLIT_REFERENCE_MS),
        Target("split_gap", split.gap * 100, "%", 0.0),
        Target("whole_s", whole_s, "s", SECONDS + 1, reference=WHOLE_REFERENCE_S),
        Target("whole_gap", whole.gap * 100, "%", WHOLE_REFERENCE_GAP, reference=WHOLE_REFERENCE_GAP),
        Target("greedy_over_bound", worse, "%", GREEDY_REFERENCE_WORSE, reference=GREEDY_REFERENCE_WORSE),
        *(
            Target(f"left_at_{room}", float(plan.unplaced.sum()), "persons", LEFT_MORE * PEOPLE + TIGHT[room])
            for room, plan in tight.items()
        ),
        Target("road_matrix_s", roads_s, "s", 5.0, note=f"{SIDE * SIDE} nodes, {len(closed)} edges closed"),
    ]
    details: dict[str, object] = {
        "size": f"{VILLAGES} villages, {SHELTERS} shelters",
        "split_person_min": split.person_min,
        "whole_person_min": whole.person_min,
        "greedy_ms": round(quick_s * 1000, 1),
        "unplaced": [int(plan.unplaced.sum()) for plan in (split, whole, quick)],
        "tight_left": {room: [int(plan.unplaced.sum()), plan.unplaced_at_least] for room, plan in tight.items()},
        "tight_gap_pct": {room: round(plan.gap * 100, 2) for room, plan in tight.items()},
        "cut_pairs": len(times.cut_pairs),
    }
    return Figures(targets, details)


def county(rng: np.random.Generator, *, room: float) -> Evacuation:
    """This will make a county of 40 km by 40 km whose shelters hold `room` times its people."""
    people = rng.integers(60, 1500, VILLAGES)
    capacity = rng.lognormal(0.0, 0.6, SHELTERS)
    capacity = np.maximum(np.round(capacity / capacity.sum() * people.sum() * room), 50)
    away = rng.uniform(0, 40, (VILLAGES, 1, 2)) - rng.uniform(0, 40, (1, SHELTERS, 2))
    return Evacuation(people, capacity, 3.0 + 2.1 * np.hypot(away[..., 0], away[..., 1]))


def _matrix() -> tuple[object, tuple[object, ...]]:
    import shapely

    rng = np.random.default_rng(3)
    number = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    east = np.stack([number[:, :-1].ravel(), number[:, 1:].ravel()], axis=1)
    north = np.stack([number[:-1].ravel(), number[1:].ravel()], axis=1)
    edges = np.concatenate([east, north])
    xy = np.stack([number.ravel() % SIDE, number.ravel() // SIDE], axis=1) * 700.0
    roads = Roads(xy, edges, rng.uniform(0.5, 3.0, len(edges)))
    closed = edges_within(roads, [shapely.box(8000, 8000, 20000, 12000)])
    origins, ends = rng.integers(0, SIDE * SIDE, VILLAGES), rng.integers(0, SIDE * SIDE, SHELTERS)
    return travel_times(roads, origins, ends, closed=closed), closed


def _timed(run):  # type: ignore[no-untyped-def]
    start = time.perf_counter()
    found = run()
    return found, time.perf_counter() - start


if __name__ == "__main__":
    raise SystemExit(measure(as_json=False))
