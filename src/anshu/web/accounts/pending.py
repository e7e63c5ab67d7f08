# SPDX-License-Identifier: Apache-2.0
"""The way in, half gone: the password was right, something is still to do. Kept in the session, for ten minutes."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from anshu.kernel.access.choices import Surface
from anshu.kernel.access.middleware import address_of
from anshu.kernel.access.models import User
from anshu.kernel.access.services import LoginStep, login_step, session_open

_KEY = "pending"
_SECONDS = 600
_PAGES = {
    LoginStep.SECOND_FACTOR: "login-code",
    LoginStep.MUST_CHANGE: "login-password",
    LoginStep.ENROL: "login-enrol",
}


@dataclass(slots=True)
class Pending:
    """Who is on the way in, since when, what has been shown, and where the way leads."""

    user: int
    at: int
    target: str
    second_factor_given: bool = False


def begin(request: HttpRequest, user: User, target: str) -> Pending:
    """This will note that somebody's password was right, in a session of its own."""
    request.session.flush()
    return _keep(request, Pending(user.pk, int(_now(request).timestamp()), target))


def keep_second_factor(request: HttpRequest, pending: Pending) -> Pending:
    """This will note that the second factor was given as well."""
    pending.second_factor_given = True
    return _keep(request, pending)


def pending_of(request: HttpRequest) -> tuple[Pending, User] | None:
    """This will give who is on the way in, or None when nobody is or it took too long."""
    kept: dict[str, Any] | None = request.session.get(_KEY)
    if kept is None or _now(request).timestamp() - kept["at"] > _SECONDS:
        return None
    user = User.objects.select_related("person").filter(pk=kept["user"], is_active=True).first()
    return (Pending(**kept), user) if user is not None else None


def step_of(request: HttpRequest, pending: Pending, user: User) -> LoginStep:
    """This will tell what is still to do."""
    return login_step(user, now=_now(request), second_factor_given=pending.second_factor_given)


def go_on(request: HttpRequest, pending: Pending, user: User) -> HttpResponse:
    """This will send the browser to what is still to do, or let it in."""
    step = step_of(request, pending, user)
    return redirect(_PAGES[step]) if step in _PAGES else _let_in(request, pending, user)


def _let_in(request: HttpRequest, pending: Pending, user: User) -> HttpResponse:
    now, agent = _now(request), request.headers.get("User-Agent", "")
    surface = Surface.PHONE if pending.target.startswith("/m/") or "Mobile" in agent else Surface.CONSOLE
    request.session.pop(_KEY, None)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    request.session["seen_at"], request.session["surface"] = int(now.timestamp()), surface.value
    request.session.save()
    key = request.session.session_key or ""
    session_open(user=user, session_key=key, surface=surface, address=address_of(request), agent=agent, now=now)
    response = redirect(pending.target)
    set_cookie(response, settings.LANGUAGE_COOKIE_NAME, user.language)
    return response


def set_cookie(response: HttpResponse, name: str, value: str) -> None:
    """This will keep a choice of this browser for a year."""
    response.set_cookie(name, value, max_age=365 * 24 * 3600, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)


def safe_target(request: HttpRequest, given: str) -> str:
    """This will give an address of ours to go to: the given one when it is ours."""
    if given and url_has_allowed_host_and_scheme(given, {request.get_host()}, require_https=request.is_secure()):
        return given
    return str(settings.LOGIN_REDIRECT_URL)


def _keep(request: HttpRequest, pending: Pending) -> Pending:
    request.session[_KEY] = asdict(pending)
    return pending


def _now(request: HttpRequest) -> datetime:
    moment: datetime = request.now  # type: ignore[attr-defined]
    return moment
