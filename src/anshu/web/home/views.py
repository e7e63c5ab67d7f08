# SPDX-License-Identifier: Apache-2.0
"""/: the home page of every role; /platform/: what the system administrator mends."""

import logging

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST

from anshu.kernel.access.choices import Role
from anshu.kernel.audit.refusals import Absent
from anshu.kernel.events.models import FailedDelivery
from anshu.kernel.events.services import delivery_retry
from anshu.web.home.blocks import alarms, area, incidents, mine
from anshu.web.home.county import townships
from anshu.web.home.platform import failures, keeps_the_platform, platform
from anshu.web.onemap.area import area_of

log = logging.getLogger(__name__)
BLOCKS = (mine, platform, incidents, alarms, townships, area)
# What happens now is a duty officer's task list.
ON_DUTY = (incidents, alarms, mine, townships, area)


@login_required
@ensure_csrf_cookie
def home(request: HttpRequest) -> HttpResponse:
    """This will show what needs this person, first."""
    viewer, now = request.viewer, request.now  # type: ignore[attr-defined]
    order = ON_DUTY if any(held.role is Role.R06 for held in viewer.holdings) else BLOCKS
    blocks = [block for build in order if (block := build(viewer, now)) is not None]
    return render(request, "web/home.html", {"blocks": blocks, "area": area_of(viewer), "at": now})


@login_required
@ensure_csrf_cookie
def platform_page(request: HttpRequest) -> HttpResponse:
    """This will list failed deliveries and jobs."""
    if not keeps_the_platform(request.viewer):  # type: ignore[attr-defined]
        raise Absent
    return render(request, "web/platform.html", failures())


@login_required
@require_POST
def delivery_again(request: HttpRequest, pk: int) -> HttpResponse:
    """This will hand a parked event to its receiver once more and say how that went."""
    if not keeps_the_platform(request.viewer):  # type: ignore[attr-defined]
        raise Absent
    delivery = FailedDelivery.objects.filter(pk=pk, retried_at=None).first()
    if delivery is None:
        raise Absent
    try:
        delivery_retry(delivery, now=request.now)  # type: ignore[attr-defined]
    except Exception as error:
        # Whatever the receiver raises is the answer that the administrator asked for.
        log.exception("delivery %s failed again", pk)
        messages.error(request, _("仍未送达:%(error)s") % {"error": str(error)[:300]})
    else:
        messages.success(request, _("已送达。"))
    return redirect("platform")
