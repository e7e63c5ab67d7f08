# SPDX-License-Identifier: Apache-2.0
"""Taking in uploads, attaching them to subjects, and clearing away what was never attached."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NoReturn, Protocol

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from anshu.kernel.access.viewer import Viewer
from anshu.kernel.audit.actor import PLATFORM, Actor
from anshu.kernel.audit.refusals import Absent, Refusal
from anshu.kernel.audit.services import record
from anshu.kernel.files.kinds import PICTURES, Kind, kind_of
from anshu.kernel.files.models import StoredFile
from anshu.kernel.files.pictures import Picture, picture_clean
from anshu.kernel.files.storage import original_path, stored_before, thumbnail_path, write_once
from anshu.kernel.files.subjects import register_subject

__all__ = ["file_attach", "file_store", "files_clean", "register_subject"]

_CHUNK = 256 * 1024
ORPHAN_AFTER = timedelta(days=2)


class Readable(Protocol):
    """An open file or an upload."""

    def read(self, size: int = ..., /) -> bytes:
        """Give up to `size` bytes."""


def file_store(*, content: bytes | Readable, name: str, actor: Actor, now: datetime) -> StoredFile:
    """This will check, clean and keep an upload, and give its row; it belongs to its uploader until attached.

    Raises Refusal with code too_large, empty, type_lies, type_unknown, heic, damaged, bomb or macros. The bytes
    are on disk before the row is written; the same content twice lies on disk once.
    """
    received = _received(content)
    kind = kind_of(received, name)
    picture = picture_clean(received, kind.media_type) if kind.media_type in PICTURES else None
    kept = picture.content if picture is not None else received
    sha256 = hashlib.sha256(kept).hexdigest()
    with transaction.atomic():
        _hold(sha256)
        write_once(original_path(sha256), kept)
        return _row(kind, picture, sha256=sha256, size=len(kept), actor=actor, now=now)


def _received(content: bytes | Readable) -> bytes:
    """This will read at most one byte more than allowed."""
    most = settings.UPLOAD_MAX_BYTES
    announced = len(content) if isinstance(content, bytes) else getattr(content, "size", None)
    if announced is not None and announced > most:
        _refuse_large(most)
    if isinstance(content, bytes):
        return content
    parts, total = [], 0
    while part := content.read(min(_CHUNK, most + 1 - total)):
        parts.append(part)
        total += len(part)
        if total > most:
            _refuse_large(most)
    return b"".join(parts)


def _refuse_large(most: int) -> NoReturn:
    message = _("文件超过 %(size)d MB，未保存。请压缩后重试。") % {"size": most // (1024 * 1024)}
    raise Refusal(message, code="too_large")


def _hold(sha256: str) -> None:
    """This will keep cleaning up and storing of the same content from crossing each other."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"file:{sha256}"])


def _row(kind: Kind, picture: Picture | None, *, sha256: str, size: int, actor: Actor, now: datetime) -> StoredFile:
    position: Point | None = picture.position if picture else None
    file = StoredFile.objects.create(
        name=kind.name,
        media_type=kind.media_type,
        size=size,
        sha256=sha256,
        width=picture.width if picture else None,
        height=picture.height if picture else None,
        position=position,
        taken_at=picture.taken_at if picture else None,
        uploaded_by_id=actor.user_id if isinstance(actor, Viewer) else None,
        uploaded_at=now,
    )
    record(actor=actor, now=now, action="file.stored", subject=file, changes={"sha256": sha256, "size": size})
    return file


@transaction.atomic
def file_attach(
    *,
    files: Iterable[StoredFile | int],
    subject: models.Model,
    actor: Actor,
    now: datetime,
    step_id: int | None = None,
) -> list[StoredFile]:
    """This will attach files to a subject that the calling service has checked: one's own and unattached ones only.

    Attaching again to the same subject changes nothing; raises Absent for any other file.
    """
    wanted = [file.pk if isinstance(file, StoredFile) else file for file in files]
    rows = {row.pk: row for row in StoredFile.objects.select_for_update(of=("self",)).filter(pk__in=wanted)}
    label, pk = subject._meta.label_lower, str(subject.pk)
    attached = []
    for number in dict.fromkeys(wanted):
        row = rows.get(number)
        if row is None or not _may_attach(row, actor, label, pk):
            raise Absent
        if not row.subject_type:
            row.subject_type, row.subject_id, row.step_id = label, pk, step_id
            row.save(update_fields=["subject_type", "subject_id", "step_id"])
        attached.append(row)
    if attached:
        changes = {"files": [row.pk for row in attached]}
        record(actor=actor, now=now, action="file.attached", subject=subject, changes=changes)
    return attached


def _may_attach(file: StoredFile, actor: Actor, label: str, pk: str) -> bool:
    if file.subject_type:
        return (file.subject_type, file.subject_id) == (label, pk)
    if actor.kind == PLATFORM:
        return True
    return isinstance(actor, Viewer) and actor.user_id is not None and file.uploaded_by_id == actor.user_id


def files_clean(*, actor: Actor, now: datetime, older_than: timedelta = ORPHAN_AFTER) -> tuple[int, int]:
    """This will remove uploads never attached and content without a row; gives how many of each."""
    moment = now - older_than
    with transaction.atomic():
        orphans = StoredFile.objects.filter(subject_type="", uploaded_at__lt=moment)
        count = orphans.delete()[1].get("files.StoredFile", 0)
        if count:
            record(actor=actor, now=now, action="file.orphans_removed", changes={"count": count})
    removed = sum(_remove_unless_used(sha256) for sha256, _path in list(stored_before(moment.timestamp())))
    return count, removed


@transaction.atomic
def _remove_unless_used(sha256: str) -> bool:
    _hold(sha256)
    if StoredFile.objects.filter(sha256=sha256).exists():
        return False
    original_path(sha256).unlink(missing_ok=True)
    thumbnail_path(sha256).unlink(missing_ok=True)
    return True
