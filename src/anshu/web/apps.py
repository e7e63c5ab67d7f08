# SPDX-License-Identifier: Apache-2.0
"""Registers the app."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The web app."""

    name = "anshu.web"
    label = "web"

    def ready(self) -> None:
        """This will lend the sensing network, which never sees bytes, somebody who can read decoders."""
        from anshu.domain.sensing.services import decoders_checked_by
        from anshu.web.devices.decoding import check

        decoders_checked_by(check)
