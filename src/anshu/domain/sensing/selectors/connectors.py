# SPDX-License-Identifier: Apache-2.0
"""Connectors that are to run, for whoever runs them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from anshu.domain.sensing.models import Connector
from anshu.kernel.access.sealing import unseal

SEALED_FOR = "connector"


@dataclass(frozen=True, slots=True)
class RunningConnector:
    """One connector with its secret opened; `secret` is None where the platform's key no longer opens it."""

    id: int
    code: str
    kind: str
    settings: Any
    secret: str | None
    cursor: Mapping[str, Any]

    @property
    def mark(self) -> tuple[Any, ...]:
        """What makes it another connector: any change but of what it has read."""
        return self.code, self.kind, self.settings, self.secret


def connectors_running() -> list[RunningConnector]:
    """This will give every connector that is neither paused nor retired."""
    rows = Connector.objects.filter(paused_at=None, retired_at=None).select_related("state").order_by("pk")
    return [
        RunningConnector(
            row.pk,
            row.code,
            row.kind,
            row.settings,
            unseal(row.secret, purpose=SEALED_FOR) if row.secret else "",
            row.state.cursor if hasattr(row, "state") else {},
        )
        for row in rows
    ]
