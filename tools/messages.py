# SPDX-License-Identifier: Apache-2.0
"""The English catalogue: `update` takes in what the code says now, `check` tells what is missing; needs no database."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src/anshu"
CATALOGUE = SOURCE / "locale/en/LC_MESSAGES/django.po"
# The brand and the name of the language stay as they are in English.
KEPT = ("安枢", "中文")
# Shown when everything else has failed, so it needs nothing: it says its words in both languages.
STANDALONE = ("500.html",)
HEADER = {
    "Project-Id-Version": "anshu",
    "Language": "en",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}

HAN = re.compile(r"[\u3400-\u9fff]")
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
PLACE = re.compile(r"%(?:\(\w+\))?[#0+-]*\d*(?:\.\d+)?[a-zA-Z]|\{\w*(?:[!:][^{}]*)?\}")
ALIAS = re.compile(r"\bgettext(?:_lazy)? as (\w+)")
GUARDED = re.compile(
    r"\{#.*?#\}|<!--.*?-->|\{%\s*comment\b.*?endcomment\s*%\}|\{%\s*(?:translate|trans)\b.*?%\}"
    r"|\{%\s*blocktrans(?:late)?\b.*?endblocktrans(?:late)?\s*%\}|_\((?:\"[^\"]*\"|'[^']*')\)",
    re.DOTALL,
)


@dataclass
class Message:
    """One entry of a catalogue."""

    context: str = ""
    text: str = ""
    plural: str = ""
    words: dict[int, str] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from the others."""
        return self.context, self.text


def read(file: Path) -> dict[tuple[str, str], Message]:
    """This will read a catalogue without its header and its obsolete entries."""
    found: dict[tuple[str, str], Message] = {}
    for block in re.split(r"\n\s*\n", file.read_text(encoding="utf-8")):
        message = _message(block)
        if message.text:
            found[message.key] = message
    return found


def _message(block: str) -> Message:
    """This will read one entry."""
    message, part = Message(), ""
    parts: dict[str, str] = {}
    for line in block.splitlines():
        if line.startswith("#,"):
            message.flags |= {flag.strip() for flag in line[2:].split(",")}
        elif match := re.match(r'(msg\w+(?:\[\d\])?) (".*")$', line):
            part = match.group(1)
            parts[part] = ast.literal_eval(match.group(2))
        elif line.startswith('"') and part:
            parts[part] += ast.literal_eval(line)
    message.context, message.text = parts.get("msgctxt", ""), parts.get("msgid", "")
    message.plural = parts.get("msgid_plural", "")
    for name, words in parts.items():
        if name.startswith("msgstr"):
            message.words[int(name[7:-1] or 0) if "[" in name else 0] = words
    return message


def gather(folder: Path) -> Path:
    """This will make, in an empty folder, the catalogue that the code as it is now needs; gives its file."""
    copy = folder / "anshu"
    for suffix in ("*.py", "*.html", "*.txt"):
        for file in SOURCE.rglob(suffix):
            inner = file.relative_to(SOURCE)
            if {"migrations", "static", "locale"}.isdisjoint(inner.parts):
                (copy / inner).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, copy / inner)
    made = copy / CATALOGUE.relative_to(SOURCE)
    made.parent.mkdir(parents=True)
    if CATALOGUE.exists():
        shutil.copyfile(CATALOGUE, made)
    with chdir(copy):
        _make_messages(_aliases(copy))
    made.write_text(_settled(made.read_text(encoding="utf-8")), encoding="utf-8")
    return made


def _aliases(folder: Path) -> list[str]:
    """This will list the names under which the code imports gettext; xgettext knows `_` but not, say, `_now`."""
    names = {name for file in folder.rglob("*.py") for name in ALIAS.findall(file.read_text(encoding="utf-8"))}
    return sorted(names - {"_"})


def _make_messages(aliases: list[str]) -> None:
    """This will run Django's makemessages in the current folder."""
    from django.conf import settings
    from django.core.management import call_command
    from django.core.management.commands.makemessages import Command

    class Make(Command):
        """Django's own, without guesses: a new message stays empty until somebody translates it."""

        msgmerge_options = ["-q", "--backup=none", "--update", "--no-fuzzy-matching"]
        xgettext_options = ["--from-code=UTF-8", "--add-comments=Translators", *(f"--keyword={n}" for n in aliases)]

    if not settings.configured:
        settings.configure(LOCALE_PATHS=[])
    call_command(
        Make(),
        locale=["en"],
        extensions=["py", "html", "txt"],
        add_location="file",
        no_wrap=True,
        no_obsolete=True,
        verbosity=0,
    )


def _settled(text: str) -> str:
    """This will put the same header on every catalogue, without dates: an update shows only what changed."""
    head = "# SPDX-License-Identifier: Apache-2.0\n"
    head += '# 英文界面的词条;词义以 CONTEXT.md 为准。English words of the user interface.\nmsgid ""\nmsgstr ""\n'
    head += "".join(f'"{name}: {value}\\n"\n' for name, value in HEADER.items())
    return head + "\n" + text.split("\n\n", 1)[1].rstrip("\n") + "\n"


def findings() -> Iterator[str]:
    """This will say everything that is wrong with the catalogue and the templates."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = read(gather(Path(folder)))
    have = read(CATALOGUE) if CATALOGUE.exists() else {}
    for key, message in wanted.items():
        if key not in have:
            yield f"missing, run `python -m tools.messages update`: {message.text}"
        else:
            yield from (f"{fault}: {message.text}" for fault in faults(have[key], message.plural))
    yield from bare()


def faults(message: Message, plural: str = "") -> Iterator[str]:
    """This will say what is wrong with one translation."""
    forms = range(2 if plural else 1)
    if "fuzzy" in message.flags:
        yield "fuzzy"
    if not all(message.words.get(form) for form in forms):
        yield "untranslated"
        return
    wanted = _places(message.text) | _places(plural)
    for form in forms:
        given = _places(message.words[form])
        # "one day" need not say its number; the form for many must.
        if given - wanted or (wanted - given and form == forms[-1]):
            yield f"placeholders {sorted(given)} instead of {sorted(wanted)}"
        if CHINESE.search(_without_kept(message.words[form])):
            yield "Chinese left in the translation"


def _places(text: str) -> set[str]:
    """This will find the placeholders; a doubled percent sign is none."""
    return set(PLACE.findall(text.replace("%%", "")))


def bare() -> Iterator[str]:
    """This will list Chinese words in templates that stand outside translate tags and comments."""
    for file in sorted(SOURCE.rglob("templates/**/*.html")):
        if file.name in STANDALONE:
            continue
        text = GUARDED.sub(lambda match: "\n" * match.group().count("\n"), file.read_text(encoding="utf-8"))
        for number, line in enumerate(text.splitlines(), 1):
            if HAN.search(_without_kept(line)):
                yield f"not in a translate tag: {file.relative_to(ROOT)}:{number}: {line.strip()[:80]}"


def _without_kept(text: str) -> str:
    for word in KEPT:
        text = text.replace(word, "")
    return text


def update() -> None:
    """This will bring the catalogue up to date with the code, and compile it."""
    with tempfile.TemporaryDirectory() as folder:
        made = gather(Path(folder))
        CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(made, CATALOGUE)
    build()


def build() -> Path:
    """This will compile the catalogue where the compiled one is missing or older; gives the compiled file."""
    compiled = CATALOGUE.with_suffix(".mo")
    if not compiled.exists() or compiled.stat().st_mtime_ns < CATALOGUE.stat().st_mtime_ns:
        # In one move: another process may be reading it.
        part = compiled.with_suffix(f".{os.getpid()}.mo")
        subprocess.run(["msgfmt", "-o", str(part), str(CATALOGUE)], check=True)
        part.replace(compiled)
    return compiled


def main(arguments: list[str]) -> int:
    """This will update or check; exit 1 when the check finds something, 2 when asked for something else."""
    if arguments == ["update"]:
        update()
        messages = read(CATALOGUE).values()
        empty = sum(1 for message in messages if not all(message.words.values()))
        sys.stdout.write(f"{len(messages)} messages, {empty} to translate\n")
        return 0
    if arguments != ["check"]:
        sys.stderr.write("python -m tools.messages update|check\n")
        return 2
    found = list(findings())
    for line in found:
        sys.stdout.write(line + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
