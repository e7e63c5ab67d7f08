# SPDX-License-Identifier: Apache-2.0
"""Every write of the organisation."""

from anshu.kernel.org.services.divisions import (
    BoundaryOutcome,
    ImportReport,
    LoadReport,
    division_import,
    division_import_trial,
    divisions_load,
)
from anshu.kernel.org.services.duties import (
    on_tenure,
    responsibility_end,
    responsibility_set,
    tenure_begin,
    tenure_end,
)
from anshu.kernel.org.services.units import (
    organisation_close,
    organisation_create,
    organisation_update,
    person_create,
    person_update,
    post_close,
    post_create,
    post_update,
)

__all__ = [
    "BoundaryOutcome",
    "ImportReport",
    "LoadReport",
    "division_import",
    "division_import_trial",
    "divisions_load",
    "on_tenure",
    "organisation_close",
    "organisation_create",
    "organisation_update",
    "person_create",
    "person_update",
    "post_close",
    "post_create",
    "post_update",
    "responsibility_end",
    "responsibility_set",
    "tenure_begin",
    "tenure_end",
]
