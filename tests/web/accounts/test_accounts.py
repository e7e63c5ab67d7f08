# SPDX-License-Identifier: Apache-2.0
"""The pages of signing in, of one's own account, and downloads."""

import re
from datetime import timedelta
from unittest import mock

import pyotp
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from tests.cast import account, viewer

from anshu.kernel.access.models import OpenSession, User
from anshu.kernel.access.services import account_create, totp_confirm, totp_enrol
from anshu.kernel.audit.actor import platform
from anshu.kernel.audit.models import AuditEntry
from anshu.kernel.files.services import file_store
from anshu.project.demo import people

pytestmark = pytest.mark.django_db
PASSWORD, NEW = "Yushui-2026-longyou", "Qujiang-2026-water"
PDF = b"%PDF-1.4\n1 0 obj\n%%EOF\n"


@pytest.fixture(autouse=True)
def surroundings(settings, tmp_path):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.LOGIN_REDIRECT_URL = "/account/"
    settings.DATA_DIR = tmp_path


@pytest.fixture
def user():
    return account_create(
        username="wang", password=PASSWORD, must_change=False, actor=platform("test"), now=timezone.now(), reason="测试"
    )[0]


def sign_in(client, password=PASSWORD, **extra):
    return client.post("/login/", {"username": "wang", "password": password, **extra})


def plain(page):
    """The page without what differs each time it is drawn."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page.content.decode())


def enrolled(user, when):
    totp = pyotp.parse_uri(totp_enrol(user=user, now=when))
    assert totp_confirm(user=user, code=totp.at(when), now=when)
    return totp


def test_the_login_page_speaks_chinese_first_and_english_on_demand(client):
    page = client.get("/login/")
    assert "登录" in page.content.decode()
    assert 'lang="zh-CN"' in page.content.decode()
    assert page.headers["Cache-Control"].startswith("max-age=0")
    client.post("/language/", {"language": "en", "next": "/login/"})
    assert 'lang="en"' in client.get("/login/").content.decode()


def test_signing_in_leads_to_where_one_wanted_to_go(client, user):
    page = sign_in(client, next="/account/password/")
    assert page.headers["Location"] == "/account/password/"
    assert OpenSession.objects.get().session_key == client.session.session_key
    assert client.get("/account/").status_code == 200


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_signing_in_never_leads_to_a_foreign_site(client, user, target):
    assert sign_in(client, next=target).headers["Location"] == "/account/"


def test_a_wrong_password_and_an_unknown_name_give_the_same_page(client, user):
    pages = [sign_in(client, "wrong"), client.post("/login/", {"username": "gone", "password": "wrong"})]
    bodies = {plain(page).replace("gone", "wang") for page in pages}
    assert [page.status_code for page in pages] == [422, 422]
    assert len(bodies) == 1


def test_a_form_without_a_token_of_ours_is_refused(user):
    assert sign_in(Client(enforce_csrf_checks=True)).status_code == 403


def test_the_session_key_changes_on_the_way_in(client, user):
    client.get("/login/")
    client.cookies["sessionid"] = "planted"
    sign_in(client)
    assert client.session.session_key != "planted"


def test_with_a_second_factor_the_password_alone_opens_nothing(client, user):
    now = timezone.now()
    totp = enrolled(user, now - timedelta(minutes=5))
    assert sign_in(client).headers["Location"] == "/login/code/"
    assert client.get("/account/").status_code == 302
    assert client.post("/login/code/", {"code": "000000"}).status_code == 422
    assert client.post("/login/code/", {"code": totp.at(timezone.now())}).headers["Location"] == "/account/"
    assert client.get("/account/").status_code == 200


def test_half_a_way_in_ends_after_ten_minutes(client, user):
    enrolled(user, timezone.now() - timedelta(minutes=5))
    sign_in(client)
    with mock.patch("django.utils.timezone.now", return_value=timezone.now() + timedelta(minutes=11)):
        assert client.get("/login/code/").headers["Location"] == "/login/"


def test_a_first_password_is_changed_before_anything_else(client, user):
    User.objects.update(must_change_password=True)
    assert sign_in(client).headers["Location"] == "/login/password/"
    assert client.get("/account/").status_code == 302
    page = client.post("/login/password/", {"new": "short", "again": "short"})
    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.content.decode()
    assert client.post("/login/password/", {"new": NEW, "again": NEW + "x"}).status_code == 422
    assert client.post("/login/password/", {"new": NEW, "again": NEW}).headers["Location"] == "/account/"


def test_a_role_that_needs_a_second_factor_enrols_on_the_way_in(client, settings):
    settings.REQUIRE_SECOND_FACTOR = True
    user = account("系管", "R24")
    user.username = "wang"
    user.set_password(PASSWORD)
    user.password_set_at = timezone.now()
    user.save()
    assert sign_in(client).headers["Location"] == "/login/second-factor/"
    page = client.get("/login/second-factor/").content.decode()
    secret = re.search(r'ac-secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    assert "<svg" in page
    assert client.post("/login/second-factor/", {"code": "000000"}).status_code == 422
    code = pyotp.TOTP(secret).at(timezone.now())
    assert client.post("/login/second-factor/", {"code": code}).headers["Location"] == "/account/"


@pytest.mark.parametrize("path", ["/login/code/", "/login/password/", "/login/second-factor/"])
def test_the_later_steps_cannot_be_entered_first(client, path):
    assert client.get(path).headers["Location"] == "/login/"


def test_signing_out_takes_a_post_and_ends_the_session(client, user):
    sign_in(client)
    assert client.get("/logout/").status_code == 405
    client.post("/logout/")
    assert not OpenSession.objects.exists()
    assert client.get("/account/").status_code == 302
    assert AuditEntry.objects.filter(action="account.signed_out").exists()


def test_changing_the_password_keeps_this_session_and_ends_the_others(client, user):
    other = Client()
    for browser in (other, client):
        sign_in(browser)
    given = {"old": PASSWORD, "new": NEW, "again": NEW}
    assert client.post("/account/password/", {**given, "old": "x"}).status_code == 422
    assert client.post("/account/password/", given).headers["Location"] == "/account/"
    assert client.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302
    assert OpenSession.objects.get().session_key == client.session.session_key


def test_another_session_of_mine_can_be_ended_but_not_a_strangers(client, user):
    other = Client()
    for browser in (other, client):
        sign_in(browser)
    mine = OpenSession.objects.get(session_key=other.session.session_key)
    stranger = Client()
    stranger.force_login(account("路人"))
    assert stranger.post(f"/account/sessions/{mine.pk}/end/").status_code == 404
    client.post(f"/account/sessions/{mine.pk}/end/")
    assert other.get("/account/").status_code == 302
    assert client.get("/account/").status_code == 200


@pytest.mark.parametrize(
    ("agent", "idle", "status"), [("x", 29, 200), ("x", 31, 302), ("Mobile", 700, 200), ("Mobile", 721, 302)]
)
def test_an_idle_session_ends_sooner_at_the_desk_than_on_the_phone(user, agent, idle, status, settings):
    settings.SESSION_COOKIE_AGE = 10**6
    client = Client(headers={"User-Agent": agent})
    sign_in(client)
    later = timezone.now() + timedelta(minutes=idle)
    with mock.patch("django.utils.timezone.now", return_value=later):
        assert client.get("/account/").status_code == status
    assert OpenSession.objects.exists() is (status == 200)


def test_the_second_factor_is_switched_on_and_off_by_its_owner(client, user):
    sign_in(client)
    page = client.get("/account/second-factor/").content.decode()
    secret = re.search(r'ac-secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    now = timezone.now()
    assert client.post("/account/second-factor/", {"code": pyotp.TOTP(secret).at(now)}).status_code == 302
    assert client.post("/account/second-factor/", {"code": "000000", "reason": "换手机"}).status_code == 422
    code = pyotp.TOTP(secret).at(now + timedelta(seconds=30))
    assert client.post("/account/second-factor/", {"code": code, "reason": "换手机"}).status_code == 302
    assert User.objects.get().totp_confirmed_at is None


def test_language_and_theme_are_kept_with_the_account(client, user):
    sign_in(client)
    page = client.post("/account/preferences/", {"language": "en", "theme": "dark"})
    assert page.cookies["anshu_theme"].value == "dark"
    row = User.objects.get()
    assert (row.language, row.preferences["theme"]) == ("en", "dark")


def test_demonstration_accounts_are_listed_and_filled_in_only_in_the_demonstration(client, user, settings):
    User.objects.update(preferences={"demo": "值班员"})
    assert "值班员" not in client.get("/login/").content.decode()
    settings.DEMO = True
    page = client.get("/login/", {"as": "wang"}).content.decode()
    assert "值班员" in page
    assert f'value="{settings.DEMO_PASSWORD}"' in page
    assert f'value="{settings.DEMO_PASSWORD}"' not in client.get("/login/", {"as": "nobody"}).content.decode()


def test_the_proxys_word_for_the_address_is_the_last_one(client, user):
    sign_in(client.__class__(headers={"X-Forwarded-For": "1.2.3.4, 10.1.1.1"}))
    assert OpenSession.objects.get().address == "10.1.1.1"


def test_a_stranger_cannot_make_up_an_address(user):
    Client(headers={"X-Forwarded-For": "1.2.3.4"}, REMOTE_ADDR="203.0.113.9").post(
        "/login/", {"username": "wang", "password": PASSWORD}
    )
    assert OpenSession.objects.get().address == "203.0.113.9"


def kept(user, content=PDF, name="方案.pdf"):
    return file_store(content=content, name=name, actor=viewer(user, timezone.now()), now=timezone.now())


def test_a_download_says_what_it_is_and_lets_nothing_run(client, user):
    client.force_login(user)
    page = client.get(f"/files/{kept(user).pk}/")
    assert b"".join(page.streaming_content) == PDF
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in page.headers["Content-Security-Policy"]


def test_a_forbidden_file_looks_like_one_that_is_not_there(client, user):
    file = kept(user)
    client.force_login(account("路人"))
    forbidden, absent = client.get(f"/files/{file.pk}/"), client.get("/files/999999/")
    assert (forbidden.status_code, plain(forbidden)) == (404, plain(absent))
    assert plain(client.get(f"/files/{file.pk}/thumb/")) == plain(absent)


def test_nobody_downloads_without_signing_in(client, user):
    assert client.get(f"/files/{kept(user).pk}/").headers["Location"].startswith("/login/")


def test_a_hundred_megabytes_are_answered_before_they_are_read(client, user):
    client.force_login(user)
    page = client.post("/account/preferences/", {"file": SimpleUploadedFile("x", b"x")}, CONTENT_LENGTH=str(100 << 20))
    assert page.status_code == 413
    assert "20 MB" in page.content.decode()
    api = client.post("/api/v1/files", {"file": SimpleUploadedFile("x", b"x")}, CONTENT_LENGTH=str(100 << 20))
    assert api.json()["error"]["code"] == "too_large"


def test_the_sign_in_page_and_the_demonstration_agree_on_the_password(settings):
    assert people.PASSWORD == settings.DEMO_PASSWORD
