# SPDX-License-Identifier: Apache-2.0
"""Registers the app."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The web app."""

    name = "anshu.web"
    label = "web"

    def ready(self) -> None:
        """This will lend the sensing network, which never sees bytes, somebody who can read decoders and settings."""
        from anshu.domain.sensing.services import connectors_checked_by, decoders_checked_by
        from anshu.web.devices import connecting, decoding

        decoders_checked_by(decoding.check)
        connectors_checked_by(connecting.check)
