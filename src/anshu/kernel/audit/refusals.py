# SPDX-License-Identifier: Apache-2.0
"""The two ways in which the kernel and every context say no."""


class Absent(Exception):
    """There is no such row for this viewer: it does not exist or must not be seen. The two look alike."""


class Refusal(Exception):
    """A write was refused: the text is for people, `fields` maps field names to texts."""

    def __init__(self, message: str = "", *, code: str = "refused", fields: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.message, self.code, self.fields = message, code, fields or {}
