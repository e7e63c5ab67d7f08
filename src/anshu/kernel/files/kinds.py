# SPDX-License-Identifier: Apache-2.0
"""What an upload really is, judged by its content; its name only may not contradict it."""

import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath

import filetype
from django.utils.translation import gettext as _

from anshu.kernel.audit.refusals import Refusal

JPEG, PNG, WEBP = "image/jpeg", "image/png", "image/webp"
PDF, MP4, CSV, TEXT = "application/pdf", "video/mp4", "text/csv", "text/plain"
_OFFICE = "application/vnd.openxmlformats-officedocument."
XLSX, DOCX = f"{_OFFICE}spreadsheetml.sheet", f"{_OFFICE}wordprocessingml.document"
PICTURES = frozenset({JPEG, PNG, WEBP})
# The usual ending first.
ENDINGS = {
    JPEG: ("jpg", "jpeg"),
    PNG: ("png",),
    WEBP: ("webp",),
    PDF: ("pdf",),
    XLSX: ("xlsx",),
    DOCX: ("docx",),
    MP4: ("mp4", "m4v"),
    CSV: ("csv",),
    TEXT: ("txt",),
}
_HEIC = frozenset({"image/heic", "image/heif", "image/avif"})
_ZIP = frozenset({"application/zip", XLSX, DOCX})
_OFFICE_PARTS = {"xl/workbook.xml": XLSX, "word/document.xml": DOCX}
_UNPACKED_MAX = 300 * 1024 * 1024
_RATIO_MAX = 200
_MARKUP = re.compile(rb"^\s*(<!doctype|<html|<svg|<script|<\?xml)", re.IGNORECASE)
_NAME_MAX = 120
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]')


@dataclass(frozen=True, slots=True)
class Kind:
    """A content's media type and the file name under which it is kept."""

    media_type: str
    name: str


def kind_of(content: bytes, name: str) -> Kind:
    """This will judge the content and clean the name; refuses what is empty, not allowed, or lies about its type."""
    if not content:
        raise Refusal(_("文件是空的。"), code="empty")
    ending = PurePosixPath(name.replace("\\", "/")).suffix.lower().lstrip(".")
    media_type = _judged(content, ending)
    if ending and ending not in ENDINGS[media_type]:
        message = _("文件内容与扩展名 .%(ending)s 不符，实际是 %(media_type)s。")
        raise Refusal(message % {"ending": ending[:12], "media_type": media_type}, code="type_lies")
    return Kind(media_type, clean_name(name, ending or ENDINGS[media_type][0]))


def clean_name(name: str, ending: str) -> str:
    """This will keep the last part of a name, without control, path and direction characters, at a bearable length."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    stem = _FORBIDDEN.sub("", last.removesuffix(last[last.rfind(".") :]) if "." in last else last).strip(" .")
    return f"{stem[:_NAME_MAX] or _('附件')}.{ending}"


def _judged(content: bytes, ending: str) -> str:
    guess = filetype.guess(content[:8192])  # type: ignore[no-untyped-call]
    media_type = guess.mime if guess is not None else ""
    if media_type in _HEIC or ending in {"heic", "heif"}:
        raise Refusal(
            _("暂不支持 HEIC 照片。苹果手机请在“设置 → 相机 → 格式”选“兼容性最佳”，或转为 JPEG 后上传。"), code="heic"
        )
    if media_type in _ZIP:
        return _office(content)
    if media_type == "" and ending in {"csv", "txt"}:
        return _text(content, ending)
    if media_type == PDF and b"%%EOF" not in content[-2048:]:
        raise Refusal(_("PDF 文件不完整。"), code="damaged")
    if media_type not in ENDINGS:
        raise Refusal(
            _("不支持这种文件。可上传：JPEG、PNG、WebP、PDF、XLSX、DOCX、CSV、TXT、MP4。"), code="type_unknown"
        )
    return str(media_type)


def _office(content: bytes) -> str:
    """This will look into a zip: a workbook or document without macros, and no bomb."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Refusal(_("文件已损坏，无法打开。"), code="damaged") from error
    unpacked = sum(part.file_size for part in parts)
    if unpacked > _UNPACKED_MAX or unpacked > _RATIO_MAX * len(content):
        raise Refusal(_("压缩内容过大，已拒绝。"), code="bomb")
    names = {part.filename for part in parts}
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Refusal(_("含宏的文件不能上传，请另存为不含宏的格式。"), code="macros")
    for part_name, media_type in _OFFICE_PARTS.items():
        if part_name in names and "[Content_Types].xml" in names:
            return media_type
    raise Refusal(_("不支持压缩包，请直接上传文件。"), code="type_unknown")


def _text(content: bytes, ending: str) -> str:
    if b"\x00" in content or _MARKUP.match(content[:512].removeprefix(b"\xef\xbb\xbf")) or not _readable(content):
        raise Refusal(_("文件内容与扩展名 .%(ending)s 不符。") % {"ending": ending}, code="type_lies")
    return CSV if ending == "csv" else TEXT


def _readable(content: bytes) -> bool:
    for encoding in ("utf-8", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
