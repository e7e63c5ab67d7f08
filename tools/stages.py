# SPDX-License-Identifier: Apache-2.0
"""Where ingest's time goes: the bench's messages once more, in one process, with a clock around every stage."""

import functools
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

_AT_ONCE = 100


class Stages:
    """Seconds by stage; what is inside another stage is taken off it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._inner = [0.0]

    def clocked(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """This will wrap a function so that its own time is counted under the name."""

        @functools.wraps(work)
        def timed(*given: Any, **named: Any) -> Any:
            self._inner.append(0.0)
            start = time.perf_counter()
            try:
                return work(*given, **named)
            finally:
                took = time.perf_counter() - start
                self.seconds[name] += took - self._inner.pop()
                self._inner[-1] += took

        return timed


def show(first_ms: int) -> None:
    """This will store and judge a million observations of the bench's devices and print the seconds of each stage."""
    import django

    django.setup()
    stages = Stages()
    print(json.dumps({"of": _run(first_ms, stages), **_rounded(stages)}))  # noqa: T201


def _run(first_ms: int, stages: Stages) -> int:
    from anshu.domain.sensing.services import storing
    from anshu.ingest import committing
    from anshu.ingest.messages import own_parcel
    from tools.bench.sensing import HOSTS, STEPS, bodies, values_of

    inside = (
        (storing, "_ordered", "order and repeats within the batch"),
        (storing, "_checked", "quality checks"),
        (storing, "_copy", "copy"),
        (storing, "_insert", "insert of what may be there already"),
        (storing, "late_mark", "marks for aggregates"),
        (committing, "observations_store", "rest of storing"),
        (committing, "observations_judge", "rules"),
        (committing, "latest_store", "newest values"),
        (committing.Committer, "_resolve", "devices, datastreams, credentials"),
        (committing.Committer, "_note", "contacts and kept frames"),
        (committing.Committer, "_fresh", "registers"),
        (committing.Committer, "commit", "transaction and the rest"),
    )
    for place, name, said in inside:
        setattr(place, name, stages.clocked(said, getattr(place, name)))
    read = stages.clocked("decode", own_parcel)
    committer = committing.Committer(lambda: datetime.now(UTC))
    committer.registry()
    stages.seconds.clear()
    values = values_of(STEPS, 3)
    told = [(f"h{host}", body) for host in range(HOSTS) for body in bodies(values, host, first_ms)]
    for first in range(0, len(told), _AT_ONCE):
        batch = [
            read("mqtt", host, body, "bench", lambda: datetime.now(UTC))
            for host, body in told[first : first + _AT_ONCE]
        ]
        committer.commit(batch)
    committer.close()
    return int(values.size)


def _rounded(stages: Stages) -> dict[str, float]:
    return {name: round(took, 3) for name, took in sorted(stages.seconds.items(), key=lambda each: -each[1])}


if __name__ == "__main__":
    show(int(sys.argv[1]))
