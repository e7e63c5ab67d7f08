# SPDX-License-Identifier: Apache-2.0
"""Where each kind of object has its own page."""

REGISTERS = {
    "risk": "risks",
    "thing": "things",
    "alarm": "alarms",
    "task": "tasks",
    "shelter": "shelters",
    "team": "teams",
    "stock": "stock",
}
# The subject names of events and histories, and the short names that addresses use.
TYPES = {
    "risks.riskobject": "risk",
    "sensing.thing": "thing",
    "alerts.alarm": "alarm",
    "grassroots.task": "task",
    "command.incident": "incident",
    "resources.shelter": "shelter",
    "resources.team": "team",
    "resources.stock": "stock",
}


def href(kind: str, pk: object) -> str:
    """This will give the address of an object's page; empty where it has none."""
    if kind == "incident":
        return f"/incidents/{pk}/"
    return f"/r/{REGISTERS[kind]}/{pk}/" if kind in REGISTERS else ""
