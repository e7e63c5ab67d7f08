# SPDX-License-Identifier: Apache-2.0
"""Senders that wait to be adopted as a table: filled in and imported, many of them are adopted at once."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anshu.console import importing, sheets
from anshu.console.fields import PlaceField
from anshu.console.forms import form_class
from anshu.console.register import Register
from anshu.console.registry import registry
from anshu.console.views.door import Visit
from anshu.domain.sensing.choices import Protocol
from anshu.domain.sensing.selectors import Sender, likely_kind, likely_sector, unknown_senders
from anshu.domain.sensing.services import require_connecting
from anshu.kernel.org.choices import Sector

MOST_SENDERS = 1_000
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
@require_GET
def unknown_sheet(request: Visit) -> HttpResponse:
    """This will give the import template of devices with a row for each unknown sender, filled in as far as known."""
    require_connecting(request.viewer)
    register = registry.get("things")
    rows = [_row(register, sender) for sender in unknown_senders(request.viewer, most=MOST_SENDERS)]
    content = sheets.xlsx_bytes(_("待认领设备"), importing.template_heads(register), rows)
    answer = HttpResponse(content, content_type=_XLSX)
    answer["Content-Disposition"] = 'attachment; filename="unknown-devices.xlsx"'
    return answer


def _row(register: Register, sender: Sender) -> list[str]:
    kind = likely_kind(sender.properties)
    known: dict[str, Any] = {
        "code": sender.address,
        "protocol": str(Protocol(sender.protocol).label) if sender.protocol in Protocol.values else sender.protocol,
        "address": sender.address,
        "kind": str(kind.label) if sender.properties else "",
        "sector_code": str(Sector(likely_sector(kind)).label),
    }
    cells: list[str] = []
    for name, field in form_class(register).base_fields.items():
        cells += ["", "", "wgs84"] if isinstance(field, PlaceField) else [known.get(name, "")]
    return cells
