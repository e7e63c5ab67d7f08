# SPDX-License-Identifier: Apache-2.0
"""Between the wire's settings of connectors and people: checking them, and an example of each kind to start from."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anshu.console.registry import registry
from anshu.console.views.door import Visit
from anshu.domain.sensing.choices import ConnectorKind
from anshu.kernel.access.configuring import configures
from anshu.kernel.audit.refusals import Absent
from anshu.web.devices.decoding import language
from anshu.web.devices.trial import target
from anshu.wire.connectors import EXAMPLES, PARSERS
from anshu.wire.settings import SettingsRefused


def check(kind: str, settings: Any) -> Sequence[str]:
    """This will say everything that is wrong with a connector's settings, in the reader's language."""
    try:
        PARSERS[kind](settings)
    except SettingsRefused as refused:
        return [f"{each.path or _('(整体)')}:{each.message(language())}" for each in refused.problems]
    return ()


def _keeping(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """This will keep the address from everybody who does not keep the configuration; for them it does not exist."""

    @wraps(view)
    def guarded(request: Visit, *args: Any, **kwargs: Any) -> HttpResponse:
        if not configures(request.viewer):
            raise Absent
        return view(request, *args, **kwargs)

    return login_required(guarded)


@require_GET
@_keeping
def connector_examples(request: Visit) -> HttpResponse:
    """This will give the list of examples to start from, one a kind."""
    return render(request, "web/connector_examples.html", {"offered": ConnectorKind.choices, **target(request)})


@require_GET
@_keeping
def connector_example(request: Visit) -> HttpResponse:
    """This will give one example as the text area that takes its place."""
    kind = request.GET.get("example", "")
    if kind not in EXAMPLES:
        raise Absent
    text = registry.get("connectors").form.base_fields["settings"].prepare_value(dict(EXAMPLES[kind]))
    return render(request, "web/decoder_text.html", {"text": text, **target(request)})
