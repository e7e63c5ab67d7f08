# SPDX-License-Identifier: Apache-2.0
"""Signing in and out. Each page does one step; the services decide which comes next."""

from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from anshu.kernel.access.middleware import address_of
from anshu.kernel.access.models import User
from anshu.kernel.access.selectors import demonstration_accounts
from anshu.kernel.access.services import (
    LoginStep,
    language_set,
    login_begin,
    password_first,
    session_over,
    totp_confirm,
    totp_enrol,
    totp_verify,
)
from anshu.kernel.audit.refusals import Refusal
from anshu.web.accounts.forms import CodeForm, LoginForm, NewPasswordForm
from anshu.web.accounts.pending import (
    begin,
    go_on,
    keep_second_factor,
    pending_of,
    safe_target,
    set_cookie,
    step_of,
)
from anshu.web.accounts.qr import qr_svg, secret_text

_REFUSED = 422
_ways = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@sensitive_post_parameters("password")
@_ways
def login_page(request: HttpRequest) -> HttpResponse:
    """This will ask for name and password."""
    target = safe_target(request, request.POST.get("next") or request.GET.get("next", ""))
    if request.user.is_authenticated:
        return redirect(target)
    form = LoginForm(request.POST or None)
    if request.method != "POST":
        _prefill(form, request.GET.get("as", ""))
        return _login(request, form, target)
    if form.is_valid():
        outcome = login_begin(**form.cleaned_data, address=address_of(request), now=request.now)  # type: ignore[attr-defined]
        if outcome.user is not None:
            return go_on(request, begin(request, outcome.user, target), outcome.user)
        form.add_error(None, outcome.message)
    return _login(request, form, target, status=_REFUSED)


def _prefill(form: LoginForm, username: str) -> None:
    if settings.DEMO and username and demonstration_accounts().filter(username=username).exists():
        form.prefill(username, settings.DEMO_PASSWORD)


def _login(request: HttpRequest, form: LoginForm, target: str, *, status: int = 200) -> HttpResponse:
    accounts = list(demonstration_accounts()) if settings.DEMO else []
    context = {"form": form, "next": target, "accounts": accounts, "password": settings.DEMO_PASSWORD}
    return _page(request, "login", context, status)


@never_cache
@_ways
def code_page(request: HttpRequest) -> HttpResponse:
    """This will ask for the second factor."""
    found = pending_of(request)
    if found is None or step_of(request, *found) is not LoginStep.SECOND_FACTOR:
        return redirect("login")
    pending, user = found
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code, now = form.cleaned_data["code"], request.now  # type: ignore[attr-defined]
        if totp_verify(user=user, code=code, address=address_of(request), now=now):
            return go_on(request, keep_second_factor(request, pending), user)
        form.add_error("code", _("动态口令不正确、已用过，或账号因多次失败已暂时锁定。请等下一个口令再试。"))
    return _page(request, "code", {"form": form}, _REFUSED if form.is_bound else 200)


@never_cache
@sensitive_post_parameters()
@_ways
def new_password_page(request: HttpRequest) -> HttpResponse:
    """This will ask for a new password where the old one is the first or too old."""
    found = pending_of(request)
    if found is None or step_of(request, *found) is not LoginStep.MUST_CHANGE:
        return redirect("login")
    pending, user = found
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            password_first(user=user, new=form.cleaned_data["new"], now=request.now)  # type: ignore[attr-defined]
            return go_on(request, pending, user)
        except Refusal as refusal:
            form.take(refusal)
    days = settings.PASSWORD_MAX_DAYS
    context = {
        "form": form,
        "first": user.must_change_password,
        "days": days,
        "remembered": settings.PASSWORDS_REMEMBERED,
    }
    return _page(request, "new_password", context, _REFUSED if form.is_bound else 200)


@never_cache
@_ways
def enrol_page(request: HttpRequest) -> HttpResponse:
    """This will set up the second factor of an account that must have one."""
    found = pending_of(request)
    if found is None or step_of(request, *found) is not LoginStep.ENROL:
        return redirect("login")
    pending, user = found
    form = CodeForm(request.POST or None)
    now = request.now  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        if totp_confirm(user=user, code=form.cleaned_data["code"], now=now):
            return go_on(request, keep_second_factor(request, pending), user)
        form.add_error("code", _("动态口令不正确，请确认手机时间准确后再试。"))
    uri = totp_enrol(user=user, now=now)
    context = {"form": form, "qr": qr_svg(uri), "secret": secret_text(uri)}
    return _page(request, "enrol", context, _REFUSED if form.is_bound else 200)


@require_POST
def logout_page(request: HttpRequest) -> HttpResponse:
    """This will end the session."""
    session_over(session_key=request.session.session_key or "", now=request.now)  # type: ignore[attr-defined]
    logout(request)
    return redirect("login")


@require_POST
def language_page(request: HttpRequest) -> HttpResponse:
    """This will change the language in which this browser, and its account, reads the platform."""
    language = request.POST.get("language", "")
    response = redirect(safe_target(request, request.POST.get("next", "")))
    if language in dict(settings.LANGUAGES):
        if isinstance(request.user, User):
            language_set(user=request.user, language=language)
        set_cookie(response, settings.LANGUAGE_COOKIE_NAME, language)
    return response


def _page(request: HttpRequest, name: str, context: dict[str, Any], status: int) -> HttpResponse:
    return render(request, f"accounts/{name}.html", {**context, "languages": settings.LANGUAGES}, status=status)
