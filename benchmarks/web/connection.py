"""A small HTTP/1.1 client on asyncio: one kept connection, cookies as a browser keeps them.

A library's client would take several times the processor's time, on the same two cores as what is
measured.
"""

import asyncio
from dataclasses import dataclass, field

LONGEST = 120.0  # seconds for one answer


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Connection:
    """One browser at 127.0.0.1:`port`. Raises OSError and TimeoutError as the network does."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    _streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str, **headers: str) -> Answer:
        return await self.send("GET", path, b"", headers)

    async def post(self, path: str, body: bytes, **headers: str) -> Answer:
        return await self.send("POST", path, body, headers)

    async def send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        """One request; sent once more where the server had closed the idle connection."""
        message = self.message(method, path, body, headers)
        kept = self._streams is not None
        try:
            return await asyncio.wait_for(self.exchange(message), LONGEST)
        except (ConnectionError, asyncio.IncompleteReadError) as error:
            self.close()
            if not kept or (isinstance(error, asyncio.IncompleteReadError) and error.partial):
                raise ConnectionError(str(error)) from error
            return await asyncio.wait_for(self.exchange(message), LONGEST)

    def message(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> bytes:
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        if self.cookies:
            pairs = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            lines.append(f"Cookie: {pairs}")
        if method == "POST":
            lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join([*lines, "", ""]).encode() + body

    async def exchange(self, message: bytes) -> Answer:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
        reader, writer = self._streams
        writer.write(message)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        status = int(head[0].split(" ", 2)[1])
        headers: dict[str, str] = {}
        for line in filter(None, head[1:]):
            name, _, value = line.partition(":")
            self.header_take(name.strip().lower(), value.strip(), headers)
        body = await body_read(reader, status, headers)
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Answer(status, headers, body)

    def header_take(self, name: str, value: str, headers: dict[str, str]) -> None:
        headers[name] = value
        if name == "set-cookie":
            cookie, _, content = value.partition(";")[0].partition("=")
            self.cookies[cookie] = content

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def body_read(reader: asyncio.StreamReader, status: int, headers: dict[str, str]) -> bytes:
    if status in (204, 304):
        return b""
    if "content-length" in headers:
        return await reader.readexactly(int(headers["content-length"]))
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return await chunks_read(reader)
    headers["connection"] = "close"
    return await reader.read()


async def chunks_read(reader: asyncio.StreamReader) -> bytes:
    parts: list[bytes] = []
    while size := int((await reader.readline()).split(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    while (await reader.readline()).strip():
        pass
    return b"".join(parts)
