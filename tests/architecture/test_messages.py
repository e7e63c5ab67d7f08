# SPDX-License-Identifier: Apache-2.0
"""The platform speaks English where somebody asks for it: every message is there, and pages show it."""

import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import translation
from tests.cast import alarm, datastream, risk, rule, scene, thing
from tests.conftest import ROOT
from tools import messages
from tools.messages import Message, bare, build, faults

from anshu.console.registry import registry
from anshu.kernel.org.models import Division, Organisation, Person, Post

CHROME = {"title", "nav", "header", "h1", "h2", "h3", "th", "button", "label", "legend", "summary", "option"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SPOKEN = ("aria-label", "placeholder", "title", "alt")


@pytest.fixture(scope="module")
def compiled():
    """The compiled catalogue, in the place where Django looks for it."""
    translation.trans_real._translations.clear()
    yield build()
    translation.trans_real._translations.clear()


@pytest.fixture
def cast(db):
    """The usual people, a device, an alarm and a risk."""
    cache.clear()
    people = scene()
    alarm(rule(datastream(thing())))
    risk()
    return people


class Chrome(HTMLParser):
    """Collects what menus, headings, buttons and labels say."""

    def __init__(self):
        super().__init__()
        self.open, self.said = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append((tag, dict(attrs)))
        self.said += [value for name, value in attrs if name in SPOKEN and value]

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        names = {tag for tag, _attrs in self.open}
        abroad = any(attrs.get("lang") == "zh-CN" for _tag, attrs in self.open)
        if names & CHROME and not names & {"script", "style"} and not abroad and data.strip():
            self.said.append(data.strip())


def chinese(page):
    """What the frame of a page still says in Chinese, without what is data: names of people, places and posts."""
    reader = Chrome()
    reader.feed(page)
    assert len(reader.said) > 3, "the page has no frame"
    named = [(Person, "name"), (Division, "name"), (Organisation, "name"), (Post, "title")]
    data = {word for model, name in named for word in model.objects.values_list(name, flat=True)} | {*messages.KEPT}
    kept = re.compile("|".join(sorted(map(re.escape, data), key=len, reverse=True)))
    return [text for text in reader.said if messages.HAN.search(kept.sub("", text))]


def english(user=None):
    """A browser that asked for English."""
    client = Client()
    if user:
        client.force_login(user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def test_the_catalogue_says_everything_that_the_code_says():
    done = subprocess.run(
        [sys.executable, "-m", "tools.messages", "check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_login_page_is_in_english(compiled, db):
    page = english().get("/login/").content.decode()
    assert "Sign in" in page
    assert chinese(page) == []


@pytest.mark.parametrize("role", ["leader", "duty_officer", "township", "auditor", "system_administrator"])
def test_the_home_of_every_role_is_in_english(role, compiled, cast):
    page = english(getattr(cast, role)).get("/").content.decode()
    assert "Main menu" in page
    assert chinese(page) == []


@pytest.mark.parametrize("slug", ["alarms", "risks", "things", "tasks", "incidents", "teams"])
def test_a_register_is_in_english(slug, compiled, cast):
    page = english(cast.duty_officer).get(f"/r/{slug}/").content.decode()
    assert "Filter" in page
    assert chinese(page) == []


def test_every_register_has_an_english_name(compiled):
    with translation.override("en"):
        names = [f"{register.name} {register.about}" for register in registry.all()]
    assert len(names) > 10
    assert [name for name in names if messages.HAN.search(name)] == []


def test_chinese_comes_first(compiled, db):
    page = Client().get("/login/").content.decode()
    assert "登录" in page


@pytest.mark.parametrize(
    ("text", "words", "fault"),
    [
        ("共 %(number)s 条", "%(number)s in all", ""),
        ("共 %(number)s 条", "%(count)s in all", "placeholders"),
        ("共 %(number)s 条", "%(number)d in all", "placeholders"),
        ("共 {number} 条", "in all", "placeholders"),
        ("有 %(share).0f%% 在外", "%(share).0f%% outside", ""),
        ("关闭", "", "untranslated"),
        ("关闭", "关闭", "Chinese left"),
        ("关闭", "Close。", "Chinese left"),
    ],
)
def test_a_faulty_translation_is_found(text, words, fault):
    found = " ".join(faults(Message(text=text, words={0: words})))
    assert found.startswith(fault) if fault else not found


def test_a_guess_is_no_translation():
    assert list(faults(Message(text="关闭", words={0: "Open"}, flags={"fuzzy"}))) == ["fuzzy"]


def test_chinese_outside_a_translate_tag_is_found(tmp_path, monkeypatch):
    folder = tmp_path / "templates"
    folder.mkdir()
    tags = '{# 注 #}{% translate "甲" %}\n{% blocktranslate %}乙\n丙{% endblocktranslate %}\n'
    (folder / "a.html").write_text(f"{tags}<b>丁</b>", encoding="utf-8")
    monkeypatch.setattr(messages, "SOURCE", tmp_path)
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    assert list(bare()) == ["not in a translate tag: templates/a.html:4: <b>丁</b>"]
