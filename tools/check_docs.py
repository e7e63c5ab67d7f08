# SPDX-License-Identifier: Apache-2.0
"""Checks the documents: links resolve, named files and commands exist, how-tos end at a test, contexts have pages."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)|!\[[^\]]*\]\(([^)\s]+)\)")
NAMED = re.compile(r"`((?:src|tests|docs|tools|bin|frontend|deploy|requirements)/[\w./-]+)`")
OWN = ("docs", "deploy", "frontend", "src", "tests", "tools")
COMMAND = re.compile(r"`(?:bin/)?anshu ((?:wire |audit |user )?[a-z]+)")


def documents() -> list[Path]:
    """This will list the project's own Markdown files, in a checkout or in an unpacked archive."""
    found = [*ROOT.glob("*.md"), *(file for folder in OWN for file in (ROOT / folder).rglob("*.md"))]
    return [file for file in found if "node_modules" not in file.parts]


def findings() -> Iterator[str]:
    """This will say everything that is wrong."""
    commands = _commands()
    for file in documents():
        text = file.read_text(encoding="utf-8")
        name = file.relative_to(ROOT)
        for match in LINK.finditer(text):
            target = match.group(1) or match.group(2)
            if "://" not in target and not target.startswith("mailto:") and not (file.parent / target).exists():
                yield f"{name}: link to {target} leads nowhere"
        for target in NAMED.findall(text):
            if "NAME" not in target and not (ROOT / target.rstrip("/")).exists():
                yield f"{name}: there is no {target}"
        for command in COMMAND.findall(text):
            if command not in commands:
                yield f"{name}: there is no command anshu {command}"
    yield from _pages()
    yield from _standings()


def _pages() -> Iterator[str]:
    for how_to in sorted((ROOT / "docs/how-to").glob("*.md")):
        if "bin/test" not in how_to.read_text(encoding="utf-8") and how_to.stem.startswith("add-"):
            yield f"docs/how-to/{how_to.name}: a recipe ends at a test (bin/test …)"
    for context in sorted((ROOT / "src/anshu/domain").iterdir()):
        if (context / "apps.py").exists() and not (ROOT / f"docs/contexts/{context.name}.md").exists():
            yield f"docs/contexts/{context.name}.md is missing"
    for codec in sorted((ROOT / "src/anshu/wire").iterdir()):
        page = ROOT / f"docs/protocols/{codec.name}.md"
        if codec.is_dir() and codec.name not in {"base", "settings", "__pycache__"} and not page.exists():
            yield f"docs/protocols/{codec.name}.md is missing"


def _standings() -> Iterator[str]:
    from tools.gallery import standing

    page = ROOT / standing.PAGE
    if not page.exists() or page.read_text(encoding="utf-8") != standing.page():
        yield f"{standing.PAGE}: not what the methods say of themselves (run bin/docs)"


def _commands() -> set[str]:
    from anshu.project.command import main

    names = set(main.commands)
    for group in ("wire", "audit", "user"):
        names |= {f"{group} {name}" for name in main.commands[group].commands}  # type: ignore[attr-defined]
    return names


def main() -> int:
    """This will print the findings; exit 1 when there are any."""
    found = list(findings())
    for line in found:
        sys.stdout.write(line + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
