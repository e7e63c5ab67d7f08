# SPDX-License-Identifier: Apache-2.0
"""Signing in: lockout by account and by address, the second factor, passwords, sessions."""

from datetime import timedelta

import pyotp
import pytest
from django.contrib.auth.hashers import make_password
from tests.cast import NOW, account, viewer

from anshu.kernel.access.choices import Surface
from anshu.kernel.access.models import LoginFailure, OpenSession, PastPassword, User
from anshu.kernel.access.sealing import seal, unseal
from anshu.kernel.access.services import (
    LoginStep,
    account_create,
    account_disable,
    account_unlock,
    login_begin,
    password_change,
    password_first,
    password_set,
    session_end,
    session_open,
    totp_confirm,
    totp_enrol,
    totp_remove,
    totp_verify,
)
from anshu.kernel.audit.actor import platform
from anshu.kernel.audit.models import AuditEntry
from anshu.kernel.audit.refusals import Absent, Refusal

pytestmark = pytest.mark.django_db
PASSWORD, WRONG = "Yushui-2026-longyou", "Yushui-2026-wrong"
HOME, AWAY = "10.0.0.1", "10.0.0.2"


@pytest.fixture(autouse=True)
def quick_hashes(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def user():
    return somebody("wang")


def somebody(name):
    return account_create(
        username=name, password=PASSWORD, must_change=False, actor=platform("test"), now=NOW, reason="测试"
    )[0]


def attempt(name="wang", password=PASSWORD, address=HOME, now=NOW):
    return login_begin(username=name, password=password, address=address, now=now)


def enrolled(user, now=NOW):
    uri = totp_enrol(user=user, now=now)
    totp = pyotp.parse_uri(uri)
    assert totp_confirm(user=user, code=totp.at(now), now=now)
    user.refresh_from_db()
    return totp


def test_the_right_password_lets_in_whatever_the_case_of_the_name(user):
    assert attempt("WANG ").step is LoginStep.OK


def test_unknown_wrong_locked_and_disabled_get_the_same_answer(user):
    disabled = somebody("zhang")
    disabled.is_active = False
    disabled.save()
    answers = [attempt("nobody", address="1"), attempt(password=WRONG, address="2"), attempt("zhang", address="3")]
    for _ in range(5):
        attempt(password=WRONG, address="4")
    answers.append(attempt(address="5"))
    assert {(answer.step, answer.user, answer.message) for answer in answers} == {
        (LoginStep.REFUSED, None, answers[0].message)
    }


def test_every_path_computes_exactly_one_hash(user, monkeypatch):
    from anshu.kernel.access.services import login

    calls = []
    monkeypatch.setattr(login, "check_password", lambda *given: calls.append("check") or False)
    monkeypatch.setattr(login, "make_password", lambda *given: calls.append("make"))
    attempt("nobody")
    attempt(password=WRONG)
    user.locked_until = NOW + timedelta(minutes=5)
    user.save()
    attempt()
    assert calls == ["make", "check", "check"]


def test_five_failures_lock_the_account_for_fifteen_minutes(user):
    for number in range(5):
        attempt(password=WRONG, address=f"10.0.1.{number}")
    assert attempt(address=AWAY, now=NOW + timedelta(minutes=14, seconds=59)).step is LoginStep.REFUSED
    assert attempt(address=AWAY, now=NOW + timedelta(minutes=15)).step is LoginStep.OK
    assert AuditEntry.objects.filter(action="account.locked").count() == 1


def test_four_failures_and_a_success_start_the_count_anew(user):
    for _ in range(4):
        attempt(password=WRONG)
    attempt()
    for _ in range(4):
        attempt(password=WRONG)
    assert attempt().step is LoginStep.OK


def test_five_names_failing_from_one_address_close_the_address_and_no_other(user):
    for number in range(5):
        attempt(f"guess{number}")
    assert attempt().step is LoginStep.REFUSED
    assert attempt(address=AWAY).step is LoginStep.OK
    assert attempt(now=NOW + timedelta(minutes=15)).step is LoginStep.OK


def test_attempts_at_a_closed_address_do_not_prolong_it_or_lock_the_account(user):
    for number in range(5):
        attempt(f"guess{number}")
    for _ in range(9):
        attempt(password=WRONG, now=NOW + timedelta(minutes=14))
    assert attempt(now=NOW + timedelta(minutes=15)).step is LoginStep.OK


def test_one_forgetful_colleague_does_not_shut_the_office_out(user):
    somebody("li")
    for _ in range(7):
        attempt("li", WRONG)
    assert attempt().step is LoginStep.OK


def test_failed_names_are_kept_only_as_hashes(user):
    attempt("MyPassword-2026", "x")
    row = LoginFailure.objects.get()
    assert "MyPassword".lower() not in row.name_hash
    assert not AuditEntry.objects.filter(changes__icontains="mypassword").exists()


def test_a_second_factor_is_asked_and_finishes_the_count(user):
    totp = enrolled(user)
    assert attempt().step is LoginStep.SECOND_FACTOR
    later = NOW + timedelta(minutes=1)
    assert totp_verify(user=user, code=totp.at(later), address=HOME, now=later)


def test_a_code_counts_once(user):
    totp = enrolled(user)
    assert not totp_verify(user=user, code=totp.at(NOW), address=HOME, now=NOW)
    later = NOW + timedelta(seconds=60)
    assert totp_verify(user=user, code=totp.at(later), address=HOME, now=later)
    assert not totp_verify(user=user, code=totp.at(later), address=HOME, now=later)


@pytest.mark.parametrize(("drift_s", "accepted"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_phones_clock_may_be_one_step_off(user, drift_s, accepted):
    totp = enrolled(user)
    later = NOW + timedelta(hours=1)
    code = totp.at(later + timedelta(seconds=drift_s))
    assert totp_verify(user=user, code=code, address=HOME, now=later) is accepted


def test_guessing_codes_locks_the_account(user):
    totp = enrolled(user)
    later = NOW + timedelta(hours=1)
    for _ in range(5):
        assert not totp_verify(user=user, code="000000", address=HOME, now=later)
    assert not totp_verify(user=user, code=totp.at(later), address=HOME, now=later)
    assert attempt(now=later).step is LoginStep.REFUSED


def test_the_secret_is_not_readable_in_the_database(user):
    totp = enrolled(user)
    assert totp.secret not in User.objects.get(pk=user.pk).totp_secret


def test_a_seal_opens_for_its_purpose_and_key_alone(settings):
    sealed = seal("秘密", purpose="totp")
    assert unseal(sealed, purpose="totp") == "秘密"
    assert unseal(sealed, purpose="other") is None
    assert unseal(sealed[:-4] + "AAAA", purpose="totp") is None
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another-key"
    assert unseal(sealed, purpose="totp") == "秘密"
    settings.SECRET_KEY_FALLBACKS = []
    assert unseal(sealed, purpose="totp") is None


def test_removing_ones_own_second_factor_takes_a_code(user):
    totp = enrolled(user)
    me, later = viewer(user), NOW + timedelta(minutes=5)
    with pytest.raises(Refusal):
        totp_remove(account=user, actor=me, now=later, reason="换手机", code="000000")
    totp_remove(account=user, actor=me, now=later, reason="换手机", code=totp.at(later))
    assert User.objects.get(pk=user.pk).totp_secret == ""


@pytest.mark.parametrize("role", ["R01", "R02", "R24", "SEC", "AUD"])
def test_high_roles_must_enrol_unless_the_setting_says_otherwise(role, settings):
    user = account("某人", role)
    user.password, user.password_set_at = make_password(PASSWORD), NOW
    user.save()
    settings.REQUIRE_SECOND_FACTOR = True
    assert attempt(user.username).step is LoginStep.ENROL
    settings.REQUIRE_SECOND_FACTOR = False
    assert attempt(user.username).step is LoginStep.OK


def test_a_first_password_and_one_of_ninety_days_must_be_changed(user):
    assert attempt(now=NOW + timedelta(days=89, hours=23)).step is LoginStep.OK
    assert attempt(now=NOW + timedelta(days=90)).step is LoginStep.MUST_CHANGE
    password_set(account=user, reason="忘记", actor=platform("test"), now=NOW, password="Another-2026-x")
    assert attempt(password="Another-2026-x").step is LoginStep.MUST_CHANGE
    password_first(user=user, new="My-own-2026-word", now=NOW)
    assert attempt(password="My-own-2026-word").step is LoginStep.OK


@pytest.mark.parametrize("weak", ["Ab1-", "abcdefghijkl", "abcdefgh1234", "ABCDEFGH1234", "password123"])
def test_weak_passwords_are_refused_with_the_rule(user, weak):
    with pytest.raises(Refusal) as refused:
        password_change(user=user, old=PASSWORD, new=weak, now=NOW)
    assert refused.value.fields["new"]


def test_none_of_the_last_five_passwords_may_come_again(user):
    old, day = PASSWORD, NOW
    for number in range(4):
        new, day = f"Fresh-word-{number}", day + timedelta(days=1)
        password_change(user=user, old=old, new=new, now=day)
        old = new
    with pytest.raises(Refusal):
        password_change(user=user, old=old, new=PASSWORD, now=day)
    password_change(user=user, old=old, new="Fresh-word-4", now=day + timedelta(days=1))
    password_change(user=user, old="Fresh-word-4", new=PASSWORD, now=day + timedelta(days=2))
    assert PastPassword.objects.filter(user=user).count() == 5


def test_a_wrong_old_password_changes_nothing(user):
    with pytest.raises(Refusal) as refused:
        password_change(user=user, old=WRONG, new="Fresh-word-1", now=NOW)
    assert set(refused.value.fields) == {"old"}


def opened(user, number):
    return session_open(
        user=user,
        session_key=f"key{number}",
        surface=Surface.CONSOLE,
        address=HOME,
        agent="x",
        now=NOW + timedelta(minutes=number),
    )


def test_the_oldest_of_four_sessions_ends(user):
    for number in range(4):
        opened(user, number)
    assert set(OpenSession.objects.values_list("session_key", flat=True)) == {"key1", "key2", "key3"}


def test_only_the_owner_and_the_security_administrator_end_a_session(user):
    stranger, security = viewer(account("路人", "R06")), viewer(account("安管", "SEC"))
    for actor in (viewer(user), security):
        session = opened(user, 1)
        with pytest.raises(Absent):
            session_end(session=session, actor=stranger, now=NOW)
        session_end(session=session, actor=actor, now=NOW)
        assert not OpenSession.objects.exists()


def test_disabling_an_account_ends_its_sessions_and_its_way_in(user):
    opened(user, 1)
    account_disable(account=user, reason="调离", actor=viewer(account("系管", "R24")), now=NOW)
    assert not OpenSession.objects.exists()
    assert attempt().step is LoginStep.REFUSED


def test_the_security_administrator_unlocks_but_not_himself(user):
    for _ in range(5):
        attempt(password=WRONG)
    security = account("安管", "SEC")
    account_unlock(account=user, reason="本人来电核实", actor=viewer(security), now=NOW)
    assert attempt(address=AWAY).step is LoginStep.OK
    with pytest.raises(Refusal):
        account_unlock(account=security, reason="自己", actor=viewer(security), now=NOW)
