# SPDX-License-Identifier: Apache-2.0
"""Reading files: whoever may see the subject may see what is attached to it."""

from typing import Any, BinaryIO

from django.db.models import Model, QuerySet

from anshu.kernel.access.viewer import Viewer
from anshu.kernel.audit.refusals import Absent
from anshu.kernel.files.kinds import PICTURES
from anshu.kernel.files.models import StoredFile
from anshu.kernel.files.pictures import thumbnail
from anshu.kernel.files.storage import original_path, thumbnail_path, write_once
from anshu.kernel.files.subjects import subject_for


def file_get(viewer: Viewer, pk: Any) -> StoredFile:
    """This will give a file that the viewer may see, or raise Absent."""
    try:
        file = StoredFile.objects.filter(pk=int(pk)).first()
    except (TypeError, ValueError) as error:
        raise Absent from error
    if file is None:
        raise Absent
    if file.subject_type:
        subject_for(viewer, file.subject_type, file.subject_id)
    elif viewer.user_id is None or file.uploaded_by_id != viewer.user_id:
        raise Absent
    return file


def files_of(subject: Model) -> QuerySet[StoredFile]:
    """This will list what is attached to a subject; the caller has fetched it with rights."""
    return StoredFile.objects.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))


def open_original(file: StoredFile) -> BinaryIO:
    """This will open the kept content for reading; raises Absent when the disk has lost it."""
    try:
        return original_path(file.sha256).open("rb")
    except FileNotFoundError as error:
        raise Absent from error


def open_thumbnail(file: StoredFile) -> BinaryIO:
    """This will open a picture's small JPEG, making it on first use; raises Absent for what is no picture."""
    if file.media_type not in PICTURES:
        raise Absent
    path = thumbnail_path(file.sha256)
    if not path.exists():
        with open_original(file) as original:
            write_once(path, thumbnail(original.read()))
    return path.open("rb")
