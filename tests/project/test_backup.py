# SPDX-License-Identifier: Apache-2.0
"""A backup brings back database and files; it never overwrites by accident and says when it is damaged."""

import io
import os
import subprocess
import tarfile

import pytest

from anshu.project import backup
from anshu.project.cluster import find_tool


def sql(url, statement):
    done = subprocess.run(
        [find_tool("psql"), "-v", "ON_ERROR_STOP=1", "-qAtc", statement, url],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture
def county(tmp_path, monkeypatch):
    """A small database of its own in the tests' cluster, with a stored file beside it."""
    server = os.environ["DATABASE_URL"]
    name = f"backup_{os.getpid()}"
    sql(server, f"drop database if exists {name}")
    sql(server, f"create database {name}")
    url = server.replace("/anshu?", f"/{name}?")
    sql(url, "create table django_migrations (n int); insert into django_migrations values (7)")
    data = tmp_path / "data"
    (data / "files" / "ab").mkdir(parents=True)
    (data / "files" / "ab" / "photo").write_bytes(b"river")
    monkeypatch.setenv("ANSHU_DATA", str(data))
    monkeypatch.setenv("DATABASE_URL", url)
    yield url, data
    sql(server, f"drop database {name}")


def test_what_was_lost_comes_back(county, tmp_path):
    url, data = county
    archive = tmp_path / "anshu.tar"
    assert backup.make(archive) == archive.stat().st_size
    sql(url, "update django_migrations set n = 0")
    (data / "files" / "ab" / "photo").unlink()
    backup.bring_back(archive, replace=True)
    assert sql(url, "select n from django_migrations") == "7"
    assert (data / "files" / "ab" / "photo").read_bytes() == b"river"


def test_existing_data_is_not_overwritten_unasked(county, tmp_path):
    archive = tmp_path / "anshu.tar"
    backup.make(archive)
    with pytest.raises(backup.Unusable, match="--replace"):
        backup.bring_back(archive, replace=False)


def test_a_damaged_archive_changes_nothing(county, tmp_path):
    url, _ = county
    archive, damaged = tmp_path / "anshu.tar", tmp_path / "damaged.tar"
    backup.make(archive)
    with tarfile.open(archive) as whole, tarfile.open(damaged, "w") as part:
        for member in whole.getmembers():
            body = whole.extractfile(member).read() if member.isfile() else b""
            if member.name == "database.dump":
                body = body[:-8] + b"\0" * 8
            part.addfile(member, io.BytesIO(body))
    with pytest.raises(backup.Unusable, match="校验"):
        backup.bring_back(damaged, replace=True)
    assert sql(url, "select n from django_migrations") == "7"


@pytest.mark.parametrize("content", [b"", b"not an archive", b"\0" * 4096])
def test_something_else_is_refused_in_words(county, tmp_path, content):
    other = tmp_path / "other.tar"
    other.write_bytes(content)
    with pytest.raises(backup.Unusable, match="备份文件"):
        backup.bring_back(other, replace=True)


@pytest.mark.parametrize("name", ["../outside", "/etc/outside", "files/../../outside", "other"])
def test_an_archive_that_reaches_elsewhere_is_refused(county, tmp_path, name):
    archive = tmp_path / "reaching.tar"
    with tarfile.open(archive, "w") as made:
        made.addfile(tarfile.TarInfo(name), io.BytesIO())
    with pytest.raises(backup.Unusable, match="不是安枢的备份文件"):
        backup.bring_back(archive, replace=True)


def test_an_archive_with_a_link_in_it_is_refused(county, tmp_path):
    archive, link = tmp_path / "link.tar", tarfile.TarInfo("files/link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc"
    with tarfile.open(archive, "w") as made:
        made.addfile(link)
    with pytest.raises(backup.Unusable, match="不是安枢的备份文件"):
        backup.bring_back(archive, replace=True)
