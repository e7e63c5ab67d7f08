# SPDX-License-Identifier: Apache-2.0
"""House rules that no linter knows."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src/anshu").rglob("*.py"))
CONTEXTS = sorted(path for path in (ROOT / "src/anshu/domain").iterdir() if (path / "apps.py").exists())
WRITES = {"save", "create", "bulk_create", "bulk_update", "update_or_create", "get_or_create", "delete"}
FORBIDDEN_NAMES = {"utils", "helpers", "manager", "managers", "common", "misc", "core"}


def written(path):
    return path.relative_to(ROOT / "src/anshu").as_posix()


@pytest.mark.parametrize("path", SOURCES, ids=written)
def test_no_module_is_a_drawer_for_anything(path):
    assert path.stem not in FORBIDDEN_NAMES
    assert not FORBIDDEN_NAMES & set(path.relative_to(ROOT).parts)


@pytest.mark.parametrize("path", [path for path in SOURCES if "migrations" not in path.parts], ids=written)
def test_every_source_file_names_its_licence(path):
    assert path.read_text(encoding="utf-8").startswith("# SPDX-License-Identifier: Apache-2.0")


def readers_of_rows():
    return [path for path in SOURCES if path.stem in {"views", "api", "selectors", "maplayers", "rules"}]


@pytest.mark.parametrize("path", readers_of_rows(), ids=written)
def test_only_services_write(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITES
        and "objects" in ast.unparse(node.func.value)
    ]
    assert not calls, [ast.unparse(call)[:80] for call in calls]


def test_no_page_of_the_product_asks_another_host_for_anything():
    outside = re.compile(r"""(?:src|href)=["']https?://(?!127\.0\.0\.1|localhost)""")
    offenders = [
        written(path)
        for path in (ROOT / "src/anshu").rglob("*.html")
        if outside.search(path.read_text(encoding="utf-8"))
    ]
    assert offenders == []


def test_templates_hold_no_inline_script():
    script = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", re.IGNORECASE)
    handler = re.compile(r"\son(?:click|load|change|submit|input)=", re.IGNORECASE)
    offenders = [
        written(path)
        for path in (ROOT / "src/anshu").rglob("*.html")
        if script.search(text := path.read_text(encoding="utf-8")) or handler.search(text)
    ]
    assert offenders == []
