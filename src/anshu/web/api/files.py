# SPDX-License-Identifier: Apache-2.0
"""/files: uploads that a report or a step attaches afterwards."""

import hashlib
from typing import Any

from django.http import HttpRequest
from ninja import File, Router
from ninja.files import UploadedFile

from anshu.kernel.files.services import file_store
from anshu.web.api.idempotency import once
from anshu.web.api.taskrows import photo

router = Router(tags=["files"])


@router.post("/files", summary="Upload one file")
def file_create(request: HttpRequest, file: File[UploadedFile]) -> Any:
    """This will check and keep an upload, and tell where its picture was taken if it says so."""

    def write() -> dict[str, Any]:
        file.seek(0)
        kept = file_store(content=file, name=file.name or "", actor=request.viewer, now=request.now)  # type: ignore[attr-defined]
        place = kept.position
        position = None if place is None else {"lng": place.x, "lat": place.y, "accuracy_m": None, "crs": "wgs84"}
        return {**photo(kept), "position": position}

    return once(request, write, content=_digest(file))


def _digest(file: UploadedFile) -> bytes:
    """This will stand for the upload in the memory of answered writes."""
    total = hashlib.sha256()
    for chunk in file.chunks():
        total.update(chunk)
    return total.digest()
