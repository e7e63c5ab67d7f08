# SPDX-License-Identifier: Apache-2.0
"""The forms of rescue resources, with the checks between fields."""

from typing import Any

from django.utils.translation import gettext as _

from anshu.console.fields import field_for
from anshu.console.forms import RegisterForm
from anshu.domain.resources.models import Shelter, Stock, Team

PLACE = ("division_code", "sector_code", "unit", "address", "point", "contact", "phone")


class ShelterForm(RegisterForm):
    """A shelter cannot hold more people than it has room for."""

    class Meta:
        model = Shelter
        formfield_callback = field_for
        fields = ("code", "name", "capacity", "state", "people", *PLACE, "checked_at")

    def clean(self) -> dict[str, Any]:
        """This will compare the people with the room."""
        cleaned = super().clean() or self.cleaned_data
        people, capacity = cleaned.get("people"), cleaned.get("capacity")
        if people is not None and capacity is not None and people > capacity:
            self.add_error("people", _("现有 %(people)d 人超过可容纳的 %(capacity)d 人。") % cleaned)
        return cleaned


class TeamForm(RegisterForm):
    """No more members can be on duty than the team has."""

    class Meta:
        model = Team
        formfield_callback = field_for
        fields = ("code", "name", "kind", "specialty", "members", "on_duty", *PLACE, "checked_at")

    def clean(self) -> dict[str, Any]:
        """This will compare those on duty with all members."""
        cleaned = super().clean() or self.cleaned_data
        on_duty, members = cleaned.get("on_duty"), cleaned.get("members")
        if on_duty is not None and members is not None and on_duty > members:
            self.add_error("on_duty", _("在岗 %(on_duty)d 人超过全队 %(members)d 人。") % cleaned)
        return cleaned


class StockForm(RegisterForm):
    """Goods, how many of which measure, and until when they are good."""

    class Meta:
        model = Stock
        formfield_callback = field_for
        fields = ("code", "name", "item", "quantity", "measure", "expires_on", *PLACE, "checked_at")
