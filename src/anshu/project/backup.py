# SPDX-License-Identifier: Apache-2.0
"""Backup and restore: the database, the stored files and the signing key, in one archive with checksums."""

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from anshu.project.cluster import find_tool
from anshu.project.paths import data_dir

KEPT = ("files", "secret-key", "audit-heads.log")
OURS = ("database.dump", "manifest.json")


class Unusable(Exception):
    """The archive or its target cannot be used; the message says why and what to do."""


def make(target: Path) -> int:
    """This will write one .tar archive and give its size in bytes. It appears whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as room:
        dump = Path(room) / "database.dump"
        _run("pg_dump", "--format=custom", "--no-owner", "--file", str(dump), _url())
        part = Path(room) / "archive.tar"
        with tarfile.open(part, "w") as archive:
            archive.add(dump, "database.dump")
            for name in KEPT:
                if (data_dir() / name).exists():
                    archive.add(data_dir() / name, name)
            _add_manifest(archive, dump, Path(room))
        os.replace(part, target)
    return target.stat().st_size


def _add_manifest(archive: tarfile.TarFile, dump: Path, room: Path) -> None:
    manifest = room / "manifest.json"
    facts = {"made_at": datetime.now(UTC).isoformat(), "database_sha256": _digest(dump)}
    manifest.write_text(json.dumps(facts))
    archive.add(manifest, "manifest.json")


def bring_back(source: Path, *, replace: bool) -> None:
    """This will restore an archive. Existing data is replaced only when asked to.

    Raises Unusable when the archive is damaged or would overwrite data.
    """
    with tempfile.TemporaryDirectory() as room:
        folder = Path(room)
        _unpack(source, folder)
        facts = json.loads((folder / "manifest.json").read_text())
        dump = folder / "database.dump"
        if _digest(dump) != facts["database_sha256"]:
            raise Unusable("备份文件已损坏:数据库校验和不符")
        if not replace and _has_data():
            raise Unusable("数据库里已有数据;确认要用备份替换时,加 --replace")
        _run(
            "pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction", "--dbname", _url(), str(dump)
        )
        for name in KEPT:
            _put_back(folder / name, data_dir() / name)


def _unpack(source: Path, folder: Path) -> None:
    try:
        with tarfile.open(source) as archive:
            for member in archive:
                _take_out(archive, member, folder)
    except (tarfile.TarError, OSError) as error:
        raise Unusable(f"不是可用的备份文件:{error}") from error
    if not (folder / "manifest.json").exists() or not (folder / "database.dump").exists():
        raise Unusable("不是安枢的备份文件:缺少 manifest.json 或 database.dump")


def _take_out(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """This will write one member below the folder; an archive of ours holds only folders and plain files.

    tarfile's own filter would do, but Debian 12's Python 3.11.2 does not have it yet.
    """
    parts = PurePosixPath(member.name).parts
    if not parts or parts[0] not in (*KEPT, *OURS) or ".." in parts or not (member.isdir() or member.isfile()):
        raise Unusable(f"不是安枢的备份文件:其中有 {member.name}")
    target = folder.joinpath(*parts)
    if member.isdir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    content = archive.extractfile(member)
    with target.open("wb") as out:
        os.chmod(target, member.mode & 0o700)
        if content is not None:
            shutil.copyfileobj(content, out)


def _put_back(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    elif source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


def _has_data() -> bool:
    found = _run("psql", "-qAtc", "select to_regclass('django_migrations') is not null", _url())
    return found.strip() == "t"


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _url() -> str:
    return os.environ["DATABASE_URL"]


def _run(tool: str, *arguments: str) -> str:
    done = subprocess.run([str(find_tool(tool)), *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unusable(f"{tool}: {done.stderr.strip()[-800:]}")
    return done.stdout
