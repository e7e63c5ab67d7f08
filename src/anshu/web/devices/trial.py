# SPDX-License-Identifier: Apache-2.0
"""What the form of a device model asks the server for: shipped configurations, and a trial on a sample."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from anshu.console.registry import registry
from anshu.console.views.door import Visit
from anshu.domain.sensing.services import require_connecting
from anshu.kernel.audit.refusals import Absent
from anshu.web.devices.decoding import MOST_SAMPLE, Trial, try_out
from anshu.wire.payload import shipped

_NAME = re.compile(r"[a-z0-9_]{1,60}")
MOST_CONFIG = 200_000


def _connecting(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """This will keep the address from everybody who does not connect devices; for them it does not exist."""

    @wraps(view)
    def guarded(request: Visit, *args: Any, **kwargs: Any) -> HttpResponse:
        require_connecting(request.viewer)
        return view(request, *args, **kwargs)

    return login_required(guarded)


@require_GET
@_connecting
def decoder_templates(request: Visit) -> HttpResponse:
    """This will give the list of shipped configurations to start from."""
    found = [(name, shipped.config(name)) for name in shipped.names()]
    offered = [(name, f"{config.get('model', '')} {config.get('title', name)}".strip()) for name, config in found]
    return render(request, "web/decoder_templates.html", {"offered": offered, **target(request)})


@require_GET
@_connecting
def decoder_template(request: Visit) -> HttpResponse:
    """This will give one shipped configuration as the text area that takes its place."""
    name = request.GET.get("template", "")
    if name not in shipped.names():
        raise Absent
    text = registry.get("device-models").form.base_fields["decoder"].prepare_value(shipped.config(name))
    return render(request, "web/decoder_text.html", {"text": text, **target(request)})


@require_POST
@_connecting
def decoder_trial(request: Visit) -> HttpResponse:
    """This will decode a sample with the configuration as it stands in the form; nothing is stored."""
    config, sample = request.POST.get("decoder", ""), request.POST.get("sample", "")
    if len(config) > MOST_CONFIG or len(sample) > MOST_SAMPLE:
        raise Absent
    trial: Trial = try_out(config=config, sample=sample, port=request.POST.get("port", ""), now=request.now)
    return render(request, "web/decoder_trial.html", {"trial": trial})


def target(request: Visit) -> dict[str, str]:
    """This will read which text area of a form an answer is for; raises Absent for what is no name."""
    names = {key: request.GET.get(key, "") for key in ("into", "name")}
    if not all(map(_NAME.fullmatch, names.values())):
        raise Absent
    return names
