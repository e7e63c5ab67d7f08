# SPDX-License-Identifier: Apache-2.0
"""Where bytes lie: data/files/ab/cdef…, named by their own hash, written whole or not at all."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings


def original_path(sha256: str) -> Path:
    """This will say where content of that hash lies."""
    return _under("files", sha256)


def thumbnail_path(sha256: str) -> Path:
    """This will say where its small picture is kept; it can always be made again."""
    return _under("thumbnails", sha256)


def _under(folder: str, sha256: str) -> Path:
    return Path(settings.DATA_DIR) / folder / sha256[:2] / sha256[2:]


def write_once(path: Path, content: bytes) -> bool:
    """This will put content on disk durably before it returns; tells False when it was already there.

    Content already there is only dated anew, so that cleaning up does not take it from under an upload.
    """
    if path.exists():
        os.utime(path)
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
        raise
    _sync_folder(path.parent)
    return True


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def stored_before(moment: float) -> Iterator[tuple[str, Path]]:
    """This will walk over the content last dated before `moment` (seconds since 1970), by hash."""
    root = Path(settings.DATA_DIR) / "files"
    for path in root.glob("??/*"):
        if path.is_file() and path.stat().st_mtime < moment:
            yield path.parent.name + path.name, path
