# SPDX-License-Identifier: Apache-2.0
"""Files that hang on a row: the kernel stores and checks them, the console lists and takes them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from anshu.kernel.access.viewer import Viewer
from anshu.kernel.audit.refusals import Refusal

MOST = 20


def listed(row: Any) -> list[Any]:
    """This will list the row's files. The caller has fetched the row for its viewer."""
    from anshu.kernel.files.selectors import files_of

    return list(files_of(row))


@transaction.atomic
def add(row: Any, uploads: Iterable[UploadedFile[Any]], *, actor: Viewer, now: datetime) -> int:
    """This will check and hang files on the row; raises Refusal for a missing, lying or oversized one."""
    from anshu.kernel.files.services import file_attach, file_store

    wanted = list(uploads)
    if not wanted:
        raise Refusal(_("请选择文件。"), code="missing", fields={"file": _("请选择文件")})
    if len(wanted) > MOST:
        raise Refusal(_("一次最多添加 %(most)d 个附件。") % {"most": MOST})
    stored = [file_store(content=upload, name=upload.name or "", actor=actor, now=now) for upload in wanted]
    file_attach(files=stored, subject=row, actor=actor, now=now)
    return len(stored)
