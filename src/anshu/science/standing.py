# SPDX-License-Identifier: Apache-2.0
"""How far a method may be trusted: the record each method carries as its constant STANDING."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Standing:
    """What verified a method, the range it holds for, and what it replaces.

    Parameters
    ----------
    verified_by
        Outside tables, measurements or programs the tests compare with; empty while nothing outside does.
    valid_for
        The range of inputs and the use the source claims.
    supersedes
        The older method this one replaces, if any.
    superseded_by
        The newer method to use instead, if any.
    """

    verified_by: tuple[str, ...]
    valid_for: str
    supersedes: str = ""
    superseded_by: str = ""

    @property
    def state(self) -> str:
        """Tell in one code whether the method is `verified`, `experimental` or `superseded`."""
        if self.superseded_by:
            return "superseded"
        return "verified" if self.verified_by else "experimental"


class Refusal(ValueError):
    """A method's answer to inputs it cannot honestly compute with.

    Parameters
    ----------
    code
        A stable code, translated at the screen.
    params
        What the message needs, such as the names of missing coefficients.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        given = ", ".join(f"{key}={value!r}" for key, value in self.params.items())
        return f"{self.code}({given})"


def require_positive(**values: float) -> None:
    """Refuse values that are missing, zero or below.

    Raises
    ------
    Refusal
        `not_positive` naming the first such value.
    """
    for name, value in values.items():
        if not value > 0:
            raise Refusal("not_positive", name=name, value=value)
