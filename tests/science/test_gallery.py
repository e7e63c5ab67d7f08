# SPDX-License-Identifier: Apache-2.0
"""Every method is seen: it has a picture, and the page of standings is what the methods say."""

import pytest
from tools import check_docs
from tools.gallery import standing
from tools.gallery.panels import FAMILIES, panels_of, standings

IMAGES = check_docs.ROOT / "docs" / "methods" / "images"
MOST_BYTES = 1_500_000


@pytest.mark.parametrize("family", FAMILIES)
def test_each_method_has_one_picture_and_each_picture_a_method(family):
    drawn = [one.method for one in panels_of(family)]
    assert sorted(drawn) == sorted(method for method, _ in standings(family))


def test_every_family_of_methods_has_its_page_and_its_picture_there():
    packages = {path.parent.name for path in (check_docs.ROOT / "src/anshu/science").glob("*/__init__.py")}
    assert packages == set(FAMILIES)
    for family in FAMILIES:
        page = (check_docs.ROOT / f"docs/methods/{family}.md").read_text(encoding="utf-8")
        assert f"(images/{family}.svg)" in page


def test_the_pictures_are_small_and_carry_no_date():
    drawn = sorted(IMAGES.glob("*.svg"))
    assert [one.stem for one in drawn] == sorted(FAMILIES)
    assert sum(one.stat().st_size for one in drawn) < MOST_BYTES
    assert not any("<dc:date>" in one.read_text(encoding="utf-8") for one in drawn)


def test_a_stale_page_of_standings_is_found(monkeypatch):
    assert not [line for line in check_docs._standings()]
    monkeypatch.setattr(standing, "page", lambda: "something newer")
    assert [line.partition(":")[0] for line in check_docs._standings()] == [standing.PAGE]


def test_a_family_drawn_twice_is_the_same_to_the_byte(tmp_path):
    pytest.importorskip("matplotlib", reason="needs the docs group: bin/docs installs it")
    from tools.gallery import drawing

    for name in ("one", "two"):
        drawing.draw(panels_of("slope"), tmp_path / f"{name}.svg")
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
    assert "雨强" in (tmp_path / "one.svg").read_text(encoding="utf-8")
