# SPDX-License-Identifier: Apache-2.0
"""A running platform with the demonstration county, and browsers of the two sizes in which people meet it."""

import shutil
from pathlib import Path

import pytest
from tools.running import platform

from anshu.project.demo import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "frontend/node_modules/axe-core/axe.min.js"
SCREENS = ROOT / "var" / "screens"
SIZES = {"desk": (1440, 900), "phone": (390, 844), "wall": (1920, 1080)}
SWITCHES = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="package")
def running():
    with platform(ROOT / "var" / "journeys", durable=False) as started:
        yield started


@pytest.fixture(scope="package")
def chromium():
    sync_api = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium")
    assert program, "Chromium is missing: apt-get install --no-install-recommends chromium"
    with sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def visit(running, chromium):
    """Signs somebody in and gives the page: visit("duty", "desk", "/map/")."""
    contexts = []

    def sign_in(username, size="desk", path="/", *, theme="light", position=None):
        width, height = SIZES[size]
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            color_scheme=theme,
            has_touch=size == "phone",
            geolocation=position,
            permissions=["geolocation"] if position else [],
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto(running.url("ANSHU_WEB", f"/login/?next={path}"))
        page.fill("input[name=username]", username)
        page.fill("input[name=password]", PASSWORD)
        page.click(".ac-go")
        page.wait_for_url(f"**{path}")
        return page

    yield sign_in
    for context in contexts:
        context.close()


@pytest.fixture
def look():
    """Takes a picture for whoever reads the artefacts, and lets axe look for what some people could not use."""

    def at(page, name):
        SCREENS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENS / f"{name}.png")
        # Playwright evaluates outside the page's policy, so the policy stays as strict as in the county.
        page.evaluate(AXE.read_text(encoding="utf-8"))
        report = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{name}: {fault['id']} {fault['nodes'][0]['target']}"
            for fault in report["violations"]
            if fault["impact"] in {"serious", "critical"}
        ]

    return at
