# SPDX-License-Identifier: Apache-2.0
"""Uploads are judged by content, cleaned, kept once, and seen by whoever may see the subject."""

import io
import os
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image, ImageCms
from PIL.TiffImagePlugin import IFDRational
from tests.cast import NOW, account, risk, viewer

from anshu.kernel.access.viewer import fetch
from anshu.kernel.audit.actor import platform
from anshu.kernel.audit.refusals import Absent, Refusal
from anshu.kernel.files import pictures, subjects
from anshu.kernel.files.models import StoredFile
from anshu.kernel.files.selectors import file_get, files_of, open_original, open_thumbnail
from anshu.kernel.files.services import file_attach, file_store, files_clean
from anshu.kernel.files.storage import original_path, thumbnail_path

pytestmark = pytest.mark.django_db
GPS, EXIF = 0x8825, 0x8769


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def me():
    return viewer(account("张", "R14", "330825101200"))


def picture(form="JPEG", size=(64, 40), mode="RGB", **save):
    image = Image.new(mode, size, "#0b6e6e")
    image.paste("#d4380d", (0, 0, size[0] // 2, size[1] // 2))
    out = io.BytesIO()
    image.save(out, form, **save)
    return out.getvalue()


def rationals(numbers):
    return tuple(IFDRational(number, 1) for number in numbers)


def exif(*, turn=1, latitude=(29, 1, 48), longitude=(119, 10, 30), offset="+08:00"):
    tags = Image.Exif()
    tags[0x0112], tags[0x010F] = turn, "SecretPhone"
    tags.get_ifd(GPS).update({1: "N", 2: rationals(latitude), 3: "E", 4: rationals(longitude)})
    tags.get_ifd(EXIF).update({0x9003: "2026:07:04 14:05:00", 0x9011: offset})
    return tags


def office(*names, text="x"):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in ("[Content_Types].xml", *names):
            # A date of its own, for tests are named after these bytes.
            packed.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def store(content, name, actor):
    return file_store(content=content, name=name, actor=actor, now=NOW)


def refusal_of(content, name, actor):
    with pytest.raises(Refusal) as refused:
        store(content, name, actor)
    assert not StoredFile.objects.exists()
    return refused.value.code


MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + b"\x00" * 64
PDF = b"%PDF-1.4\n1 0 obj\n%%EOF\n"


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (picture(), "现场.JPG", "image/jpeg"),
        (picture("PNG"), "图.png", "image/png"),
        (picture("WEBP"), "图.webp", "image/webp"),
        (PDF, "文件.pdf", "application/pdf"),
        (office("xl/workbook.xml"), "表.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (
            office("word/document.xml"),
            "文.docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        ("编号,名称\n".encode("gb18030"), "表.csv", "text/csv"),
        ("说明".encode(), "说明.txt", "text/plain"),
        (MP4, "视频.mp4", "video/mp4"),
    ],
)
def test_allowed_content_is_kept_under_its_type(content, name, media_type, me):
    file = store(content, name, me)
    assert (file.media_type, file.uploaded_by_id) == (media_type, me.user_id)
    with open_original(file) as kept:
        assert len(kept.read()) == file.size


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "空.jpg", "empty"),
        (picture("PNG"), "照片.jpg", "type_lies"),
        (b"<html><script>alert(1)</script>", "说明.txt", "type_lies"),
        (b"<svg xmlns='x'/>", "图.csv", "type_lies"),
        (b"\x00\x01\x02", "表.csv", "type_lies"),
        (b"<html>", "照片.jpg", "type_unknown"),
        (b"MZ\x90\x00" + b"\x00" * 64, "程序.pdf", "type_unknown"),
        (b"MZ\x90\x00" + b"\x00" * 64, "程序", "type_unknown"),
        (picture()[:200], "断.jpg", "damaged"),
        (PDF[:12], "断.pdf", "damaged"),
        (office("a.txt"), "包.zip", "type_unknown"),
        (office("xl/workbook.xml")[:60], "断.xlsx", "damaged"),
        (office("xl/workbook.xml", "xl/vbaProject.bin"), "宏.xlsx", "macros"),
        (office("xl/workbook.xml", text="0" * 3_000_000), "弹.xlsx", "bomb"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heicmif1" + b"\x00" * 64, "IMG.HEIC", "heic"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_lies_and_damage_are_refused_with_the_reason(content, name, code, me):
    assert refusal_of(content, name, me) == code


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(me, settings):
    settings.UPLOAD_MAX_PIXELS = 1000
    assert refusal_of(picture("PNG"), "弹.png", me) == "bomb"
    assert refusal_of(picture("PNG", (20_000, 10_000), "1"), "弹.png", me) == "bomb"


class Endless:
    def __init__(self):
        self.given = 0

    def read(self, size):
        self.given += size
        return b"a" * size


def test_an_upload_is_not_read_beyond_the_limit(me, settings):
    settings.UPLOAD_MAX_BYTES = 1_000_000
    endless = Endless()
    assert refusal_of(endless, "长.txt", me) == "too_large"
    assert endless.given == 1_000_001


def test_an_announced_size_is_refused_without_reading(me, settings):
    settings.UPLOAD_MAX_BYTES = 1_000_000
    endless = Endless()
    endless.size = 100_000_000
    assert refusal_of(endless, "长.txt", me) == "too_large"
    assert endless.given == 0


def test_place_and_time_are_read_and_then_gone(me):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    original = picture(exif=exif(), icc_profile=profile, comment=b"SecretComment") + b"trailing SecretMovie"
    file = store(original, "现场.jpg", me)
    assert file.position.coords == pytest.approx((119.175, 29.03), abs=1e-6)
    assert file.taken_at == datetime(2026, 7, 4, 6, 5, tzinfo=UTC)
    kept = original_path(file.sha256).read_bytes()
    assert b"Secret" not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert not image.getexif()
        assert image.info["icc_profile"] == profile


def test_an_upright_jpeg_keeps_every_pixel(me):
    original = picture(exif=exif(), quality=70, progressive=True)
    file = store(original, "现场.jpg", me)
    with Image.open(io.BytesIO(original)) as before, open_original(file) as kept, Image.open(kept) as after:
        assert after.tobytes() == before.tobytes()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_lying_picture_is_turned_upright(form, me):
    file = store(picture(form, exif=exif(turn=6)), f"横.{form.lower()}", me)
    assert (file.width, file.height) == (40, 64)
    kept = original_path(file.sha256).read_bytes()
    assert b"SecretPhone" not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert image.size == (40, 64)
        assert not image.getexif()


@pytest.mark.parametrize(
    "wrong",
    [
        {"latitude": (0, 0, 0), "longitude": (0, 0, 0)},
        {"latitude": (99, 0, 0)},
        {"longitude": (200, 0, 0)},
        {"latitude": (29, 1)},
    ],
)
def test_a_place_that_cannot_be_is_no_place(wrong, me):
    assert store(picture(exif=exif(**wrong)), "现场.jpg", me).position is None


def test_without_an_offset_the_camera_shows_local_time(me):
    assert store(picture(exif=exif(offset="")), "现场.jpg", me).taken_at == datetime(2026, 7, 4, 6, 5, tzinfo=UTC)


def test_the_same_content_lies_on_disk_once(me, tmp_path):
    first, second = store(PDF, "一.pdf", me), store(PDF, "二.pdf", me)
    assert (first.sha256, first.pk) != (second.sha256, second.pk)
    assert first.sha256 == second.sha256
    assert len([path for path in (tmp_path / "files").glob("*/*")]) == 1
    assert original_path(first.sha256).relative_to(tmp_path).parts[:2] == ("files", first.sha256[:2])


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\windows\\x.pdf", "x.pdf"),
        ("a\u202egpj.pdf", "agpj.pdf"),
        ("<script>.pdf", "script.pdf"),
        ("  .pdf", "附件.pdf"),
        ("无扩展名", "无扩展名.pdf"),
        ("长" * 300 + ".pdf", "长" * 120 + ".pdf"),
        ("换\r\n行.pdf", "换行.pdf"),
    ],
)
def test_names_are_made_harmless(given, kept, me):
    assert store(PDF, given, me).name == kept


def test_a_small_picture_is_made_once_and_kept(me):
    file = store(picture("PNG", (1000, 500), "RGBA"), "图.png", me)
    with open_thumbnail(file) as stream, Image.open(stream) as small:
        assert (small.format, small.size) == ("JPEG", (256, 128))
    path = thumbnail_path(file.sha256)
    made = path.stat().st_mtime_ns
    open_thumbnail(file).close()
    assert path.stat().st_mtime_ns == made


def test_what_is_no_picture_has_no_small_one(me):
    with pytest.raises(Absent):
        open_thumbnail(store(PDF, "一.pdf", me))


@pytest.fixture
def subject(monkeypatch):
    monkeypatch.setattr(subjects, "_getters", {})
    row = risk()
    subjects.register_subject("risks.riskobject", lambda who, pk: fetch(type(row).objects.all(), who, "risk", pk=pk))
    return row


def test_a_file_belongs_to_its_uploader_until_it_is_attached(me, subject):
    file = store(PDF, "一.pdf", me)
    neighbour, stranger = (
        viewer(account("李", "R13", subject.division_code)),
        viewer(account("王", "R11", "330825109000")),
    )
    assert file_get(me, file.pk) == file
    for other in (neighbour, stranger):
        with pytest.raises(Absent):
            file_get(other, file.pk)
    assert file_attach(files=[file.pk], subject=subject, actor=me, now=NOW) == [file]
    assert file_get(neighbour, str(file.pk)) == file
    with pytest.raises(Absent):
        file_get(stranger, file.pk)
    assert list(files_of(subject)) == [file]


def test_only_ones_own_unattached_files_can_be_attached(me, subject):
    file, other = store(PDF, "一.pdf", me), viewer(account("李", "R13", subject.division_code))
    for files in ([file], [10**9], [file, 10**9]):
        with pytest.raises(Absent):
            file_attach(files=files, subject=subject, actor=other, now=NOW)
    file_attach(files=[file], subject=subject, actor=me, now=NOW, step_id=7)
    assert file_attach(files=[file, file], subject=subject, actor=me, now=NOW)[0].step_id == 7
    with pytest.raises(Absent):
        file_attach(files=[file], subject=risk("R2"), actor=me, now=NOW)


def test_files_of_a_model_that_nobody_registered_are_seen_by_nobody(me, monkeypatch):
    monkeypatch.setattr(subjects, "_getters", {})
    file = store(PDF, "一.pdf", me)
    file_attach(files=[file], subject=risk(), actor=me, now=NOW)
    with pytest.raises(Absent):
        file_get(me, file.pk)


@pytest.mark.parametrize("pk", ["x", None, 10**9, ""])
def test_nonsense_numbers_are_absent(me, pk):
    with pytest.raises(Absent):
        file_get(me, pk)


def test_cleaning_up_takes_what_was_never_attached_and_nothing_else(me, subject):
    kept, shared, lost = store(PDF, "一.pdf", me), store(PDF, "二.pdf", me), store(picture(), "图.jpg", me)
    file_attach(files=[kept], subject=subject, actor=me, now=NOW)
    for file in (kept, lost):
        os.utime(original_path(file.sha256), (NOW.timestamp(), NOW.timestamp()))
    later = NOW + timedelta(days=3)
    assert files_clean(actor=platform("test"), now=NOW) == (0, 0)
    assert files_clean(actor=platform("test"), now=later) == (2, 1)
    assert not StoredFile.objects.filter(pk__in=[shared.pk, lost.pk]).exists()
    assert original_path(kept.sha256).exists()
    assert not original_path(lost.sha256).exists()


@pytest.mark.parametrize("parts", [None, (), (1, 2), ("a", "b", "c"), (float("nan"), 0, 0), 7])
def test_degrees_that_are_no_degrees_are_none(parts):
    assert pictures._degrees(parts, "N", "S") is None
