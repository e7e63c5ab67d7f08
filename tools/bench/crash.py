# SPDX-License-Identifier: Apache-2.0
"""Twenty kill -9 in a stream of 200,000 observations: one machine, a JetStream of three, a broker: what was lost."""

import random
from pathlib import Path

from anshu.project.supervisor import PARTS
from tools.bench.report import Target, finish
from tools.crash import Outcome, parts_to_kill, trial
from tools.jetstream import PROGRAM, jetstream
from tools.mosquitto import PROGRAM as mosquitto_program
from tools.mosquitto import mosquitto
from tools.running import platform

ROOT = Path(__file__).resolve().parents[2]
OBSERVATIONS, KILLS, SECONDS, WORKERS = 200_000, 20, 40.0, 4
ALONE = ("ingest", "postgres", "worker")
SEVERAL = ("web", "stream", "gateway", *(f"ingest-worker:{number}" for number in range(1, WORKERS + 1)), "worker")
SPREAD = ("gateway", "postgres", *SEVERAL[3:-1], "nats:0", "nats:1", "nats:2")


def alone(*, observations: int = OBSERVATIONS, kills: int = KILLS, seconds: float = SECONDS, seed: int = 1) -> Outcome:
    """This will try one machine: ingest, the database and the worker are killed."""
    chosen = _chosen(ALONE, kills, seed)
    with platform(ROOT / "var" / "crash", durable=True, parts=PARTS, environment=_FAST) as running:
        return trial(
            running, observations=observations, kills=parts_to_kill(running, chosen), seconds=seconds, seed=seed
        )


def several(
    *, observations: int = OBSERVATIONS, kills: int = KILLS, seconds: float = SECONDS, seed: int = 2
) -> Outcome:
    """This will try gateways and workers over three servers of NATS, any of which is killed."""
    chosen = _chosen(SPREAD, kills, seed)
    with (
        jetstream(ROOT / "var" / "crash-nats", nodes=3) as nodes,
        platform(
            ROOT / "var" / "crash", durable=True, parts=SEVERAL, environment={**_FAST, "ANSHU_NATS": nodes.url}
        ) as running,
    ):
        return trial(
            running, observations=observations, kills=parts_to_kill(running, chosen, nodes), seconds=seconds, seed=seed
        )


def through_broker(
    *,
    parts: tuple[str, ...] = ALONE,
    observations: int = OBSERVATIONS,
    kills: int = KILLS,
    seconds: float = SECONDS,
    seed: int = 3,
) -> Outcome:
    """This will try a Mosquitto between the devices and one machine; `parts` may have `broker` among them."""
    chosen = _chosen(parts, kills, seed)
    with (
        mosquitto(ROOT / "var" / "crash-broker") as broker,
        platform(ROOT / "var" / "crash", durable=True, parts=PARTS, environment=_FAST) as running,
    ):
        return trial(
            running,
            observations=observations,
            kills=parts_to_kill(running, chosen, broker=broker),
            seconds=seconds,
            seed=seed,
            broker=broker,
        )


# Devices here send faster than any real one.
_FAST = {"ANSHU_INGEST_DEVICE_RATE": "1000000"}


def _chosen(names: tuple[str, ...], kills: int, seed: int) -> list[str]:
    """This will choose by chance, each part at least once where there are kills enough, none twice in a row."""
    rng = random.Random(seed)
    chosen: list[str] = []
    while len(chosen) < kills:
        round_ = list(names)
        rng.shuffle(round_)
        if chosen and round_[0] == chosen[-1]:
            round_.reverse()
        chosen += round_
    return chosen[:kills]


def measure(*, as_json: bool) -> int:
    """This will run both trials and print what was lost, doubled or off."""
    outcomes = {"alone": alone()}
    if PROGRAM is not None:
        outcomes["several"] = several()
    if mosquitto_program is not None:
        outcomes["through_broker"] = through_broker()
    targets = [target for name, outcome in outcomes.items() for target in _targets(name, outcome)]
    details: dict[str, object] = {
        name: f"{each.sent:,} observations, {each.resends:,} messages sent again, {each.alarms_expected} alarms, "
        f"{each.seconds:.0f} s; killed: {' '.join(each.kills)}"
        for name, each in outcomes.items()
    }
    if PROGRAM is None:
        details["several"] = "not tried: needs nats-server (apt install nats-server)"
    if mosquitto_program is None:
        details["through_broker"] = "not tried: needs mosquitto (apt install mosquitto)"
    else:
        details["broker_killed_too"] = _broker_killed()
    return finish("crash", targets, as_json=as_json, details=details)


def _broker_killed() -> str:
    """This will say what a broker that is killed itself loses of what it had acknowledged: no target of ours."""
    found = through_broker(parts=(*ALONE, "broker"))
    lost = found.acknowledged - found.stored
    return (
        f"{found.sent:,} observations, {found.kills.count('broker')} of {len(found.kills)} kills are Mosquitto's: "
        f"{lost:,} acknowledged by it and lost with it, {found.doubled} doubled"
    )


def _targets(name: str, outcome: Outcome) -> list[Target]:
    return [
        Target(f"{name}_kills", len(outcome.kills), "kills", KILLS, at_most=False),
        Target(f"{name}_not_acknowledged", outcome.sent - outcome.acknowledged, "observations", 0),
        Target(f"{name}_lost", outcome.acknowledged - outcome.stored, "observations", 0),
        Target(f"{name}_doubled", outcome.doubled, "observations", 0),
        Target(f"{name}_differing", len(outcome.differing), "devices", 0),
        Target(f"{name}_alarms_off", outcome.alarms_off, "alarms", 0, reference=outcome.alarms_expected),
        Target(f"{name}_raised_off", outcome.raised_off, "events", 0),
        Target(f"{name}_audit_breaks", outcome.breaks, "breaks", 0),
    ]
