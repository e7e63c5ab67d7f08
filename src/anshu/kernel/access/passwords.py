# SPDX-License-Identifier: Apache-2.0
"""Password rules beyond Django's own (GB/T 22239-2019, 8.1.4.1: complex credentials)."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_KINDS = (re.compile(r"[a-z]"), re.compile(r"[A-Z]"), re.compile(r"\d"), re.compile(r"[^a-zA-Z\d]"))


class CharacterKindsValidator:
    """Wants at least three of lower case, upper case, digits and other characters."""

    def validate(self, password: str, user: object | None = None) -> None:
        """This will refuse a password with fewer than three kinds of characters."""
        if sum(bool(kind.search(password)) for kind in _KINDS) < 3:
            raise ValidationError(self.get_help_text(), code="password_kinds")

    def get_help_text(self) -> str:
        """This will say the rule."""
        return _("密码至少包含小写字母、大写字母、数字、符号中的三类。")
