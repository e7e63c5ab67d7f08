# SPDX-License-Identifier: Apache-2.0
"""Three administrators who check one another, tokens, and readings that leave a trace."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from tests.cast import COUNTY, NOW, account, organisation, person, post, risk, seat, township, viewer, village
from tests.cast.people import LONG_AGO

from anshu.kernel.access.choices import Role
from anshu.kernel.access.models import ApiToken, Grant, IdempotentReply, OpenSession, User
from anshu.kernel.access.selectors import viewer_of_token
from anshu.kernel.access.services import (
    access_clean,
    account_create,
    account_disable,
    api_token_issue,
    api_token_revoke,
    api_token_touch,
    assignment_end,
    assignment_give,
    break_glass,
    grant_end,
    grant_give,
    password_set,
    phone_reveal,
    reply_once,
)
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.audit.actor import Actor, platform
from anshu.kernel.audit.models import AuditEntry
from anshu.kernel.audit.refusals import Absent, Refusal
from anshu.kernel.events.models import Event
from anshu.kernel.org.services import tenure_begin

LATER = NOW + timedelta(minutes=1)
SOON = NOW + timedelta(days=9)


@pytest.fixture
def place(db):
    village()
    return township()


@pytest.fixture
def three(place):
    return {role: viewer(account(f"管理员{role}", role)) for role in ("R24", "SEC", "AUD")}


def give(actor, role=Role.R06, **holder):
    return grant_give(role=role, division_code=COUNTY, reason="岗位需要", actor=actor, now=NOW, **holder)


def test_only_the_security_administrator_grants(three):
    user = account("李")
    for role in ("R24", "AUD"):
        with pytest.raises(Absent):
            give(three[role], user=user)
    assert give(three["SEC"], user=user).role == Role.R06
    assert AuditEntry.objects.filter(action="grant.given", reason="岗位需要").exists()


def test_only_the_system_administrator_creates_accounts(three):
    for role in ("SEC", "AUD"):
        with pytest.raises(Absent):
            account_create(username="new", actor=three[role], now=NOW)
    user, first = account_create(username="New.User", actor=three["R24"], now=NOW, person=person("新人"))
    assert (user.username, user.must_change_password) == ("new.user", True)
    assert len(first) >= 10
    assert not Grant.objects.filter(user=user).exists()


def test_an_enterprise_that_may_change_its_own_staff_administers_no_accounts(place):
    officer = viewer(account("企业安全员", "R16", unit=organisation("甲公司", code="A")))
    with pytest.raises(Absent):
        account_disable(account=account("李"), reason="试试", actor=officer, now=NOW)


def test_a_bare_actor_who_is_not_the_platform_may_do_nothing(place):
    with pytest.raises(Absent):
        account_create(username="new", actor=Actor(kind="person", id="1", label="x"), now=NOW)


def test_nobody_grants_to_himself_by_account_or_by_seat(three):
    me = User.objects.get(pk=three["SEC"].user_id)
    with pytest.raises(Refusal) as refused:
        give(three["SEC"], user=me)
    assert refused.value.code == "own_account"
    chair = post(organisation("应急局", code="EM"), "局长")
    seat(chair, me.person.name)
    with pytest.raises(Refusal):
        give(three["SEC"], post=chair)


@pytest.mark.parametrize(("held", "added"), [("R24", "AUD"), ("AUD", "R24"), ("R24", "SEC")])
def test_nobody_holds_two_of_the_three(three, held, added):
    user = account("候选", held)
    with pytest.raises(Refusal) as refused:
        give(three["SEC"], Role(added), user=user)
    assert refused.value.code == "administrators_clash"
    give(three["SEC"], Role.R06, user=user)


def test_a_seat_does_not_join_two_administrators_either(three):
    chair = post(organisation("大数据中心", code="DC"), "管理员")
    give(three["SEC"], Role.R24, post=chair)
    auditor = account("审计候选", "AUD").person
    with pytest.raises(Refusal) as refused:
        tenure_begin(post=chair, person=auditor, actor=platform("test"), now=NOW)
    assert refused.value.code == "administrators_clash"
    tenure_begin(post=chair, person=account("候选").person, actor=platform("test"), now=NOW)


def test_nobody_seats_himself(three):
    chair = post(organisation("应急局", code="EM"), "科长")
    me = User.objects.get(pk=three["R24"].user_id).person
    with pytest.raises(Refusal):
        tenure_begin(post=chair, person=me, actor=three["R24"], now=NOW)


def test_the_security_administrator_resets_no_administrators_password(three):
    assert password_set(account=account("李"), reason="忘记", actor=three["SEC"], now=NOW)
    system = User.objects.get(pk=three["R24"].user_id)
    with pytest.raises(Refusal) as refused:
        password_set(account=system, reason="忘记", actor=three["SEC"], now=NOW)
    assert refused.value.code == "administrator"
    assert password_set(account=system, reason="忘记", actor=platform("command"), now=NOW)


def test_an_ended_grant_gives_nothing_any_more(three):
    user = account("李")
    grant = give(three["SEC"], user=user)
    assert viewer(user, LATER).holdings
    grant_end(grant=grant, reason="调离", actor=three["SEC"], now=LATER)
    assert not viewer(user, LATER).holdings
    with pytest.raises(Refusal):
        grant_end(grant=grant, reason="再来", actor=three["SEC"], now=LATER)


@pytest.mark.parametrize("wrong", [{"division_code": "330825999000"}, {"reason": " "}, {"sectors": ["nothing"]}])
def test_a_grant_needs_a_place_a_reason_and_known_sectors(three, wrong):
    given = {"role": Role.R06, "division_code": COUNTY, "reason": "需要", "user": account("李"), **wrong}
    with pytest.raises(Refusal):
        grant_give(**given, actor=three["SEC"], now=NOW)


def test_a_tokens_secret_is_shown_once_and_dies_with_revocation(three):
    token, bearer = api_token_issue(
        name="市平台",
        division_code=COUNTY,
        expires_at=NOW + timedelta(days=365),
        reason="对接",
        actor=three["SEC"],
        now=NOW,
    )
    assert bearer.split(".")[1] not in str(ApiToken.objects.values().get())
    assert viewer_of_token(bearer, at=LATER).holdings[0].role == Role.R25
    assert viewer_of_token(bearer + "x", at=LATER) is None
    assert viewer_of_token(bearer, at=NOW + timedelta(days=365)) is None
    api_token_revoke(token=token, reason="泄露", actor=three["SEC"], now=LATER)
    assert viewer_of_token(bearer, at=LATER) is None


def test_a_token_holds_no_administrators_role(three):
    with pytest.raises(Refusal):
        api_token_issue(
            name="x", division_code=COUNTY, expires_at=LATER, reason="试试", actor=three["SEC"], now=NOW, role=Role.R24
        )


def test_an_assignment_opens_one_object_until_it_ends(place):
    user, subject = account("专家", "R19"), risk()
    assignment_give(subject=subject, user=user, actor=platform("test"), now=NOW)
    assignment_give(subject=subject, user=user, actor=platform("test"), now=NOW)
    assert viewer(user, LATER).covers(subject, "risk", "U")
    assert assignment_end(subject=subject, user=user, actor=platform("test"), now=LATER) == 1
    assert not viewer(user, LATER).covers(subject, "risk", "U")


def test_a_phone_is_shown_to_who_must_call_there_with_a_reason_on_record(place):
    villager = person("村民", "13900139000", "330825101200")
    duty = viewer(account("站长", "R11", "330825101000"))
    assert phone_reveal(person=villager, actor=duty, now=NOW, reason="通知转移") == "13900139000"
    entry = AuditEntry.objects.get(action="phone.revealed")
    assert entry.reason == "通知转移"
    assert "13900139000" not in str(entry.changes)
    with pytest.raises(Refusal):
        phone_reveal(person=villager, actor=duty, now=NOW, reason="")


@pytest.mark.parametrize(
    ("role", "place_code"), [("R11", "330825109000"), ("R23", COUNTY), ("R24", COUNTY), ("R15", COUNTY)]
)
def test_a_phone_stays_masked_elsewhere_and_for_others(place, role, place_code):
    villager = person("村民", "13900139000", "330825101200")
    with pytest.raises(Absent):
        phone_reveal(person=villager, actor=viewer(account("某人", role, place_code)), now=NOW, reason="想看看")


def test_phones_are_not_harvested(place, settings):
    settings.PHONE_REVEALS_PER_HOUR = 2
    villager, duty = person("村民", "13900139000", "330825101200"), viewer(account("值班员", "R06"))
    for _ in range(2):
        phone_reveal(person=villager, actor=duty, now=NOW, reason="通知")
    with pytest.raises(Refusal):
        phone_reveal(person=villager, actor=duty, now=NOW, reason="通知")
    assert phone_reveal(person=villager, actor=duty, now=NOW + timedelta(hours=1, seconds=1), reason="通知")


def test_breaking_the_glass_is_logged_and_sent_for_review(three):
    subject = risk()
    assert break_glass(actor=three["R24"], subject=subject, reason="数据修复", now=NOW) == subject
    assert AuditEntry.objects.filter(action="glass.broken", reason="数据修复").exists()
    event = Event.objects.get(kind="access.glass_broken")
    assert three["AUD"].covers(event, event.capability)
    assert not three["R24"].covers(event, event.capability)
    for role in ("SEC", "AUD"):
        with pytest.raises(Absent):
            break_glass(actor=three[role], subject=subject, reason="看看", now=NOW)


def once(user, key="k1", body=b"{}", answer=lambda: (201, {"id": 1})):
    writer = user if isinstance(user, Viewer) else viewer(user)
    return reply_once(writer=writer, key=key, path="/api/x", body=body, now=NOW, answer=answer)


def test_a_repeated_key_gets_the_first_answer(place):
    user = account("李")
    assert once(user) == (201, {"id": 1})
    assert once(user, answer=lambda: pytest.fail("done twice")) == (201, {"id": 1})
    assert once(account("王"), answer=lambda: (201, {"id": 2})) == (201, {"id": 2})


def test_a_tokens_keys_are_its_own(three):
    issued = [
        api_token_issue(
            name=name,
            division_code=COUNTY,
            expires_at=NOW + timedelta(days=9),
            reason="对接",
            actor=three["SEC"],
            now=NOW,
        )[1]
        for name in ("甲", "乙")
    ]
    first, second = (viewer_of_token(bearer, at=LATER) for bearer in issued)
    assert once(first) == (201, {"id": 1})
    assert once(first, answer=lambda: pytest.fail("done twice")) == (201, {"id": 1})
    assert once(second, answer=lambda: (201, {"id": 2})) == (201, {"id": 2})
    assert once(account("李"), answer=lambda: (201, {"id": 3})) == (201, {"id": 3})


def test_a_tokens_use_is_noted_once_a_minute(three):
    token, _bearer = api_token_issue(
        name="甲", division_code=COUNTY, expires_at=SOON, reason="对接", actor=three["SEC"], now=NOW
    )
    for seconds, noted in ((0, 0), (59, 0), (60, 60)):
        api_token_touch(token_id=token.pk, now=NOW + timedelta(seconds=seconds))
        token.refresh_from_db()
        assert token.last_used_at == NOW + timedelta(seconds=noted)


def test_what_has_run_out_is_forgotten_and_nothing_else(place):
    user = account("李")
    for key, at in (("old", NOW - timedelta(days=31)), ("new", NOW - timedelta(days=29))):
        IdempotentReply.objects.create(user=user, key=key, path="/", body_hash="", status=200, reply={}, at=at)
    for key, surface, minutes in (("idle", "console", 31), ("used", "console", 5), ("phone", "phone", 31)):
        seen = NOW - timedelta(minutes=minutes)
        OpenSession.objects.create(user=user, session_key=key, surface=surface, opened_at=LONG_AGO, seen_at=seen)
    assert (access_clean(now=NOW).sessions, IdempotentReply.objects.get().key) == (1, "new")
    assert set(OpenSession.objects.values_list("session_key", flat=True)) == {"used", "phone"}


def test_a_key_with_another_body_is_refused(place):
    user = account("李")
    once(user)
    with pytest.raises(Refusal) as refused:
        once(user, body=b'{"a":1}')
    assert refused.value.code == "key_reused"


def test_a_failed_answer_is_not_kept(place):
    user = account("李")
    with pytest.raises(ZeroDivisionError):
        once(user, answer=lambda: 1 / 0)
    once(user, answer=lambda: (503, {}))
    assert not IdempotentReply.objects.exists()
    assert once(user) == (201, {"id": 1})


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_are_done_once():
    user, done, answers, begun = account("李"), [], [], threading.Event()

    def slow():
        begun.set()
        with connection.cursor() as cursor:
            cursor.execute("select pg_sleep(0.2)")
        done.append(1)
        return 201, {"n": len(done)}

    def run(wait):
        if wait:
            begun.wait(5)
        try:
            answers.append(once(user, answer=slow))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(wait,)) for wait in (False, True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [1]
    assert answers == [(201, {"n": 1})] * 2
