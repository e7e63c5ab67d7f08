# SPDX-License-Identifier: Apache-2.0
"""The sign-in and account pages in a real browser: readable by everybody, and fitting a phone."""

from pathlib import Path

import pytest
from django.utils import timezone

from anshu.kernel.access.services import account_create
from anshu.kernel.audit.actor import platform

ROOT = Path(__file__).resolve().parents[3]
AXE, CHROMIUM = ROOT / "frontend/node_modules/axe-core/axe.min.js", Path("/usr/bin/chromium")
PHONE, DESK = (390, 844), (1440, 900)


@pytest.fixture
def demonstration(transactional_db, settings):
    """One account, offered at the door. Made before the browser's event loop, which would open a second connection."""
    settings.DEMO = True
    account_create(
        username="duty",
        password=settings.DEMO_PASSWORD,
        must_change=False,
        actor=platform("test"),
        now=timezone.now(),
        preferences={"demo": "值班员"},
    )


@pytest.fixture
def browser(demonstration):
    sync_api = pytest.importorskip("playwright.sync_api")
    if not AXE.exists() or not CHROMIUM.exists():
        pytest.skip("needs Chromium and the front end's node_modules")
    with sync_api.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield chromium
        chromium.close()


def faults(page):
    """What axe finds, and whether the page is wider than the screen."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = [fault["id"] for fault in page.evaluate("axe.run()")["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return found + ["wider than the screen"] * wide


@pytest.mark.journey
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK])
def test_signing_in_and_the_own_account_are_accessible(live_server, browser, size, theme):
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=theme, locale="zh-CN", bypass_csp=True
    )
    page, wrong = context.new_page(), {}
    page.goto(f"{live_server.url}/login/?next=/account/")
    wrong["login"] = faults(page)
    page.fill("#id_username", "duty")
    page.fill("#id_password", "wrong")
    page.click(".ac-go")
    wrong["refused"] = faults(page)
    page.click("text=值班员")
    page.click(".ac-go")
    page.wait_for_url("**/account/")
    wrong["account"] = faults(page)
    for path in ("second-factor", "password"):
        page.goto(f"{live_server.url}/account/{path}/")
        wrong[path] = faults(page)
    context.close()
    assert {name: found for name, found in wrong.items() if found} == {}
