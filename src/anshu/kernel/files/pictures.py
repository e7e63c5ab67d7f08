# SPDX-License-Identifier: Apache-2.0
"""Pictures: what the camera noted is read, then removed from the copy that is kept."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from django.conf import settings
from django.contrib.gis.geos import Point
from django.utils import timezone as zones
from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from anshu.kernel.audit.refusals import Refusal
from anshu.kernel.files.kinds import JPEG, PNG

THUMBNAIL_PX = 256
_FORMATS = ("JPEG", "PNG", "WEBP", "MPO")
_UPRIGHT = 1
_BROKEN = (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError)
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)")


@dataclass(frozen=True, slots=True)
class Picture:
    """The stripped bytes and what was read before stripping. `position` is WGS-84, as EXIF states it."""

    content: bytes
    width: int
    height: int
    position: Point | None
    taken_at: datetime | None


def picture_clean(content: bytes, media_type: str) -> Picture:
    """This will check a picture by decoding it, read place and time, turn it upright, and strip what is not image."""
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            if image.width * image.height > settings.UPLOAD_MAX_PIXELS:
                raise Refusal(_("图片像素过多，请缩小后上传。"), code="bomb")
            exif = image.getexif()
            position, taken_at = _position(exif.get_ifd(ExifTags.IFD.GPSInfo)), _taken_at(exif)
            image.load()
            clean, size = _stripped(content, image, media_type, exif.get(ExifTags.Base.Orientation, _UPRIGHT))
    except _BOMBS as error:
        raise Refusal(_("图片像素过多，请缩小后上传。"), code="bomb") from error
    except _BROKEN as error:
        raise Refusal(_("图片已损坏，无法打开。"), code="damaged") from error
    return Picture(clean, *size, position, taken_at)


def thumbnail(content: bytes) -> bytes:
    """This will give a small JPEG of a kept picture, at most 256 px on its longer side."""
    with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
        image.draft("RGB", (THUMBNAIL_PX * 2, THUMBNAIL_PX * 2))
        small = ImageOps.exif_transpose(image).convert("RGBA")
    small.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX))
    ground = Image.new("RGB", small.size, "white")
    ground.paste(small, mask=small.getchannel("A"))
    out = io.BytesIO()
    ground.save(out, "JPEG", quality=80, optimize=True)
    return out.getvalue()


def _stripped(content: bytes, image: Image.Image, media_type: str, turn: int) -> tuple[bytes, tuple[int, int]]:
    """This will keep an upright JPEG's image data bit by bit; everything else is encoded anew."""
    if media_type == JPEG and turn == _UPRIGHT and (kept := _jpeg_image_only(content)) is not None:
        return kept, image.size
    upright = ImageOps.exif_transpose(image)
    profile = image.info.get("icc_profile")
    for note in ("exif", "xmp", "XML:com.adobe.xmp", "comment", "photoshop"):
        upright.info.pop(note, None)
    out = io.BytesIO()
    if media_type == JPEG:
        upright.convert("RGB" if upright.mode not in {"L", "RGB"} else upright.mode).save(
            out, "JPEG", quality=92, exif=b"", icc_profile=profile
        )
    elif media_type == PNG:
        upright.save(out, "PNG", exif=b"", icc_profile=profile)
    else:
        upright.save(out, "WEBP", quality=90, exif=b"", icc_profile=profile)
    return out.getvalue(), upright.size


# ITU-T T.81, table B.1. Kept among the application segments: APP0 (JFIF), APP2 (colour profile), APP14 (colour space).
_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_DROPPED = frozenset({0xE1, *range(0xE3, 0xEE), 0xEF, 0xFE})
_PROFILE = b"ICC_PROFILE\x00"


def _jpeg_image_only(content: bytes) -> bytes | None:
    """This will drop metadata segments and whatever follows the image's end; None when the structure is unclear."""
    kept, at = bytearray(content[:2]), 2
    while at + 4 <= len(content):
        if content[at] != 0xFF:
            return None
        marker = content[at + 1]
        if marker == _EOI:
            return bytes(kept + content[at : at + 2])
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        dropped = marker in _DROPPED or (marker == 0xE2 and not content[at + 4 : end].startswith(_PROFILE))
        if marker == _SOS:
            end = _scan_end(content, end)
        if not dropped:
            kept += content[at:end]
        at = end
    return bytes(kept + content[at : at + 2]) if content[at : at + 2] == b"\xff\xd9" else None


def _scan_end(content: bytes, at: int) -> int:
    """This will find the marker that ends entropy-coded data: FF followed by neither 00, a restart nor a fill."""
    while (at := content.find(0xFF, at)) >= 0 and at + 1 < len(content):
        follower = content[at + 1]
        if follower == 0xFF:
            at += 1
        elif follower == 0 or 0xD0 <= follower <= 0xD7:
            at += 2
        else:
            return at
    return len(content)


def _position(gps: Mapping[int, Any]) -> Point | None:
    """This will give where the camera stood; places that cannot be, and the 0/0 of a phone without a fix, are none."""
    latitude = _degrees(gps.get(ExifTags.GPS.GPSLatitude), gps.get(ExifTags.GPS.GPSLatitudeRef), "S")
    longitude = _degrees(gps.get(ExifTags.GPS.GPSLongitude), gps.get(ExifTags.GPS.GPSLongitudeRef), "W")
    if latitude is None or longitude is None or (latitude, longitude) == (0, 0):
        return None
    if not -90 <= latitude <= 90 or not -180 <= longitude <= 180:
        return None
    return Point(longitude, latitude, srid=4326)


def _degrees(parts: Any, reference: Any, negative: str) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    return -value if reference == negative else value if value == value else None


def _taken_at(exif: Image.Exif) -> datetime | None:
    """This will give when the shutter opened; without an offset the camera is taken to show the county's time."""
    details = exif.get_ifd(ExifTags.IFD.Exif)
    text = details.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
    try:
        naive = datetime.strptime(str(text), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007  its zone follows
    except ValueError:
        return None
    offset = _OFFSET.fullmatch(str(details.get(ExifTags.Base.OffsetTimeOriginal, "")))
    if offset is None:
        return zones.make_aware(naive, zones.get_default_timezone())
    sign = 1 if offset[1] == "+" else -1
    try:
        zone = timezone(sign * timedelta(hours=int(offset[2]), minutes=int(offset[3])))
    except ValueError:
        return None
    return naive.replace(tzinfo=zone)
