# SPDX-License-Identifier: Apache-2.0
"""Where each kind of object has its own page."""

REGISTERS = {
    "risk": "risks",
    "thing": "things",
    "task": "tasks",
    "shelter": "shelters",
    "team": "teams",
    "stock": "stock",
}
# Fuller pages than a register's.
OWN_PAGES = {"alarm": "alarms", "incident": "incidents"}
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
    if kind in OWN_PAGES:
        return f"/{OWN_PAGES[kind]}/{pk}/"
    return f"/r/{REGISTERS[kind]}/{pk}/" if kind in REGISTERS else ""
