# SPDX-License-Identifier: Apache-2.0
"""Hosts, frames, redirects, uploads and objects of others, as an attacker tries them."""

import io
import re
import struct
import zipfile
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from tests.hostile.conftest import SCRIPT

from anshu.kernel.files.models import StoredFile

ABSENT = 999_999_999


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1@evil.example", "", "a" * 5000, "é"])
@pytest.mark.parametrize("path", ["/login/", "/api/v1/tasks", "/static/x.js", "/nowhere/"])
def test_a_foreign_host_is_refused_in_words(host, path, settings, db):
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    answer = Client(raise_request_exception=False).get(path, HTTP_HOST=host)
    assert answer.status_code in (400, 404)
    assert "evil" not in answer.content.decode()


@pytest.mark.parametrize("path", ["/", "/map/", "/r/risks/", "/login/", "/nowhere/", "/api/v1/tasks"])
def test_no_page_may_be_framed_or_sniffed(path, cast, sit):
    headers = sit(cast.township).get(path).headers
    assert headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "unsafe-inline" not in headers["Content-Security-Policy"].split("style-src")[0]


def test_a_write_without_the_token_of_the_page_is_refused_everywhere(world, cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.township)
    of_task, of_alarm = f"/r/tasks/{world.task.pk}/do/accept/", f"/alarms/{world.alarm.pk}/acknowledge/"
    for path in ("/r/risks/new/", "/r/risks/bulk/", "/r/risks/import/", "/logout/", of_task, of_alarm):
        assert client.post(path, {}).status_code == 403, path


@pytest.mark.parametrize(
    "address",
    ["/r/risks/{risk}/", "/r/risks/{risk}/edit/", "/r/risks/{risk}/history/", "/r/tasks/{task}/", "/r/things/{thing}/",
     "/r/alarms/{alarm}/", "/alarms/{alarm}/", "/incidents/{incident}/", "/r/incidents/{incident}/", "/files/{file}/",
     "/files/{file}/thumb/", "/api/v1/tasks/{task}", "/api/v1/incidents/{incident}",
     "/api/v1/map/objects/risk/{risk}"],
)  # fmt: skip
def test_what_is_anothers_answers_exactly_like_what_never_was(address, world, cast, sit, now):
    kept = StoredFile.objects.create(
        name="a.jpg", media_type="image/jpeg", size=1, sha256="0" * 64, uploaded_at=now, uploaded_by=cast.township
    )
    client = sit(cast.other_township)
    ids = {**world.ids, "file": kept.pk}
    theirs, never = address.format(**ids), address.format(**dict.fromkeys(ids, ABSENT))
    found, missing = client.get(theirs), client.get(never)
    assert found.status_code == missing.status_code == 404
    assert plain(found, theirs) == plain(missing, never)


def plain(answer, address):
    """What is said, without the page's own token and address."""
    return re.sub(rb"[A-Za-z0-9]{64}", b"", answer.content).replace(address.encode(), b"")


def jpeg(tail=b"", **options):
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(out, "JPEG", **options)
    return out.getvalue() + tail


def png_of(width, height):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def workbook_of(size):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(size))
        archive.writestr("[Content_Types].xml", "x")
    return out.getvalue()


REFUSED = {
    "a script in a drawing": ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
    "a drawing called a photo": ("a.jpg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    "a page": ("a.html", b"<html><script>alert(1)</script>"),
    "a program called a photo": ("a.jpg", b"MZ" + bytes(500)),
    "a photo called a table": ("a.xlsx", jpeg()),
    "a picture of 2.5 thousand million pixels": ("a.png", png_of(50_000, 50_000)),
    "a picture that is cut short": ("a.png", png_of(500, 500)),
    "a workbook that unpacks without end": ("a.xlsx", workbook_of(150_000_000)),
    "nothing": ("a.jpg", b""),
}


def upload(client, name, content):
    return client.post("/api/v1/files", {"file": SimpleUploadedFile(name, content)})


@pytest.mark.parametrize("what", REFUSED)
def test_an_upload_that_lies_or_bursts_is_refused_in_words(what, cast, sit):
    answer = upload(sit(cast.township), *REFUSED[what])
    assert answer.status_code == 422
    assert answer.json()["error"]["message"]
    assert not StoredFile.objects.exists()


def test_what_hides_behind_a_photo_is_cut_off(cast, sit):
    client = sit(cast.township)
    made = upload(client, "a.jpg", jpeg(b"<script>alert(1)</script>PK\x03\x04")).json()
    kept = b"".join(client.get(made["url"]).streaming_content)
    assert b"script" not in kept


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd.jpg", "C:\\x\\..\\con.jpg", "a\u202egpj.exe.jpg", f"{SCRIPT}.jpg"]
)
def test_a_name_cannot_leave_its_folder_or_mislead(name, cast, sit):
    assert upload(sit(cast.township), name, jpeg()).status_code == 200
    kept = StoredFile.objects.get().name
    assert not set("/\\\u202e\x00<>") & set(kept)


def multipart(head, content):
    return b'--x\r\nContent-Disposition: form-data; name="file"; ' + head + b"\r\n\r\n" + content + b"\r\n--x--\r\n"


BROKEN = {
    "a name of three thousand letters": multipart(b'filename="' + b"a" * 3000 + b'.jpg"', jpeg()),
    "no end": b"--x\r\nContent-Disposition: form-data; name",
    "two thousand fields": b"".join(
        b'--x\r\nContent-Disposition: form-data; name="f%d"\r\n\r\n1\r\n' % n for n in range(2000)
    )
    + b"--x--\r\n",
    "two hundred files": multipart(b'filename="a.jpg"', b"x").removesuffix(b"--x--\r\n") * 200 + b"--x--\r\n",
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_form_is_answered_in_words(what, cast, sit):
    client = sit(cast.township)
    client.raise_request_exception = False
    answer = client.post("/api/v1/files", BROKEN[what], content_type="multipart/form-data; boundary=x")
    assert answer.status_code in (400, 413, 422)
    assert answer.json()["error"]["message"]


def test_a_text_of_megabytes_is_answered_in_words(cast, sit):
    client = sit(cast.village)
    client.raise_request_exception = False
    answer = client.post("/api/v1/tasks", b'{"title":"' + b"a" * 4_000_000 + b'"}', content_type="application/json")
    assert answer.status_code in (413, 422)
    assert answer.json()["error"]["message"]
    assert client.post("/r/tasks/new/", {"title": "长" * 1_500_000}).status_code in (400, 413, 422)
