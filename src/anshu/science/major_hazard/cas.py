# SPDX-License-Identifier: Apache-2.0
"""CAS registry numbers and their check digit."""

import re
from typing import Final

_FORM: Final = re.compile(r"([1-9]\d{1,6})-(\d{2})-(\d)")


def cas_is_valid(number: str) -> bool:
    """Tell whether a CAS number has the right form and check digit.

    The check digit is the sum of the other digits, each times its place counted from the right, modulo 10.

    References
    ----------
    Chemical Abstracts Service, "Check Digit Verification of CAS Registry Numbers".
    """
    match = _FORM.fullmatch(number)
    if match is None:
        return False
    digits = (match[1] + match[2])[::-1]
    return sum(place * int(digit) for place, digit in enumerate(digits, 1)) % 10 == int(match[3])
