# SPDX-License-Identifier: Apache-2.0
"""One request over HTTP, its secret beside it, its answer bounded; nobody sends us elsewhere."""

import aiohttp
from yarl import URL

from anshu.ingest.connectors.polling import Failed
from anshu.wire.settings import Signing


class Requests:
    """A client for one service, kept open between questions."""

    def __init__(self, signing: Signing, secret: str, *, timeout_s: float, most_bytes: int) -> None:
        self._signing, self._secret = signing, secret
        self._timeout, self._most = aiohttp.ClientTimeout(total=timeout_s), most_bytes
        self._session: aiohttp.ClientSession | None = None

    async def get(self, address: str) -> bytes:
        """This will give an answer's body; raises Failed for any answer but 200, and for one too long."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout, cookie_jar=aiohttp.DummyCookieJar())
        headers, url = self._signed(address)
        try:
            # A redirection would carry the secret to whomever the other side names.
            async with self._session.get(url, headers=headers, allow_redirects=False) as answer:
                if answer.status != 200:
                    raise Failed(f"{answer.url.host} 回答 HTTP {answer.status} {answer.reason or ''}".strip())
                return await self._body(answer)
        except aiohttp.ClientError as error:
            raise Failed(f"{type(error).__name__}: {error}") from error

    async def _body(self, answer: aiohttp.ClientResponse) -> bytes:
        found = bytearray()
        async for piece in answer.content.iter_chunked(65_536):
            found += piece
            if len(found) > self._most:
                raise Failed(f"回答超过 {self._most} 字节")
        return bytes(found)

    def _signed(self, address: str) -> tuple[dict[str, str], URL]:
        headers = {"Accept": "application/json", "User-Agent": "anshu"}
        given, url = self._signing, URL(address, encoded=True)
        if given.way == "bearer":
            headers["Authorization"] = f"Bearer {self._secret}"
        elif given.way == "basic":
            headers["Authorization"] = aiohttp.encode_basic_auth(given.user, self._secret)
        elif given.way == "header":
            headers[given.name] = self._secret
        elif given.way == "query":
            url = url.update_query({given.name: self._secret})
        return headers, url

    async def close(self) -> None:
        """This will let go of the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None
