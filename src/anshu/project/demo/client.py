# SPDX-License-Identifier: Apache-2.0
"""A small HTTP client for the demonstration's people: signs in as a browser would and speaks the platform's API."""

import json
import threading
import time
import uuid
from collections.abc import Callable
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener


class Answer(Exception):
    """The platform refused; the text is its answer."""


class Person:
    """Somebody signed in."""

    def __init__(self, base: str, username: str, password: str) -> None:
        self.base, self.username = base, username
        self.jar = CookieJar()
        self.opener: OpenerDirector = build_opener(HTTPCookieProcessor(self.jar))
        self._open("GET", "/login/")
        self._open("POST", "/login/", urlencode({"username": username, "password": password}).encode())
        self.get("/session")

    @property
    def cookie(self) -> str:
        """The Cookie header of this session."""
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.jar)

    def get(self, path: str) -> Any:
        """This will read one API path."""
        return json.loads(self._open("GET", f"/api/v1{path}"))

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """This will write one API path, once even if it is repeated."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
        text = self._open("POST", f"/api/v1{path}", json.dumps(body).encode(), headers)
        return json.loads(text) if text else None

    def upload(self, name: str, content: bytes, media_type: str) -> Any:
        """This will send one file."""
        mark = uuid.uuid4().hex
        head = (
            f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            f"Content-Type: {media_type}\r\n\r\n"
        )
        body = head.encode() + content + f"\r\n--{mark}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={mark}", "Idempotency-Key": mark}
        return json.loads(self._open("POST", "/api/v1/files", body, headers))

    def _open(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> bytes:
        token = next((str(cookie.value) for cookie in self.jar if cookie.name == "csrftoken"), "")
        request = Request(
            self.base + path, data=body, method=method,
            headers={"X-CSRFToken": token, "Referer": self.base + path, **(headers or {})},
        )  # fmt: skip
        try:
            with self.opener.open(request, timeout=30) as response:
                return bytes(response.read())
        except HTTPError as error:
            raise Answer(f"{method} {path}: {error.code} {error.read()[:400].decode(errors='replace')}") from error


class Listener(threading.Thread):
    """Reads the live stream as a browser does and keeps what it saw with the time of arrival."""

    def __init__(self, url: str, person: Person) -> None:
        super().__init__(daemon=True)
        self.seen: list[tuple[float, dict[str, Any]]] = []
        self._changed = threading.Condition()
        try:
            self._response = build_opener().open(Request(url, headers={"Cookie": person.cookie}), timeout=60)
        except HTTPError as error:
            raise Answer(f"the live stream answered {error.code}") from error

    def run(self) -> None:
        """This will read until the connection ends."""
        try:
            for line in self._response:
                if line.startswith(b"data: "):
                    with self._changed:
                        self.seen.append((time.monotonic(), json.loads(line[6:])))
                        self._changed.notify_all()
        except (OSError, ValueError):
            return

    def wait(self, match: Callable[[dict[str, Any]], bool], *, seconds: float, what: str) -> dict[str, Any]:
        """This will give the first event that matches, past or future; raises Answer when none comes in time."""

        def found() -> dict[str, Any] | None:
            return next((event for _, event in self.seen if match(event)), None)

        with self._changed:
            if not self._changed.wait_for(lambda: found() is not None, timeout=seconds):
                raise Answer(f"no {what} within {seconds:.0f} s")
            event = found()
        assert event is not None
        return event
