# SPDX-License-Identifier: Apache-2.0
"""The risk object's form: what people fill in, and what is too absurd to be true."""

from django import forms
from django.utils.translation import gettext as _

from anshu.console.fields import field_for
from anshu.console.forms import RegisterForm
from anshu.domain.risks.models import RiskObject

# The whole county has about 400,000 inhabitants.
EXPOSED_MOST = 500_000


class RiskForm(RegisterForm):
    """Everything but what verification and retirement set."""

    class Meta:
        model = RiskObject
        formfield_callback = field_for
        fields = (
            "code",
            "name",
            "kind",
            "grade",
            "division_code",
            "sector_code",
            "unit",
            "address",
            "point",
            "people_exposed",
            "hazards",
            "measures",
            "source",
        )

    def clean_people_exposed(self) -> int | None:
        """This will refuse more people than the county has."""
        number: int | None = self.cleaned_data["people_exposed"]
        if number is not None and number > EXPOSED_MOST:
            raise forms.ValidationError(_("影响人数 %(number)d 超过全县人口,请核对。") % {"number": number})
        return number
