# SPDX-License-Identifier: Apache-2.0
"""The second factor's secret, as a code to scan and as text to type."""

from urllib.parse import parse_qs, urlsplit

import segno
from django.utils.safestring import SafeString, mark_safe


def qr_svg(uri: str) -> SafeString:
    """This will draw an address as an inline SVG: dark on white in both themes, for cameras."""
    drawn = segno.make(uri, error="m").svg_inline(scale=5, border=3, dark="#000", light="#fff")
    return mark_safe(drawn)


def secret_text(uri: str) -> str:
    """This will give the secret in groups of four letters."""
    secret = parse_qs(urlsplit(uri).query)["secret"][0]
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
