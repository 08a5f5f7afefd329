"""The benchmark's HTTP client against a server of a few lines."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from benchmarks.web.connection import Connection
from tests.benchmarks.apart import run_apart

Replies = list[bytes]


def served(replies: Replies, talk: Callable[[Connection], Coroutine[Any, Any, None]]) -> list[str]:
    """Let `talk` speak to a server that gives these replies, one each to a request; an empty one
    hangs up. Returns the heads of the requests."""
    heads: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while replies:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = [line for line in head.split("\r\n") if line.startswith("Content-Length")]
                if length:
                    await reader.readexactly(int(length[0].split(": ")[1]))
                heads.append(head)
                reply = replies.pop(0)
                if not reply:
                    break
                writer.write(reply)
        except asyncio.IncompleteReadError:
            pass
        writer.close()

    async def both() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            browser = Connection(server.sockets[0].getsockname()[1], {"sessionid": "s"})
            await talk(browser)
            browser.close()

    run_apart(both())
    return heads


def test_a_kept_connection_and_its_cookies():
    async def talk(browser: Connection) -> None:
        first = await browser.get("/a/")
        assert (first.status, first.body) == (200, b"one")
        second = await browser.post("/b/", b"x=1", X_CSRFToken="t")
        assert (second.status, second.headers["location"], second.body) == (302, "/c/", b"")

    heads = served(
        [
            b"HTTP/1.1 200 OK\r\nSet-Cookie: csrftoken=t=1; Path=/\r\nContent-Length: 3\r\n\r\none",
            b"HTTP/1.1 302 Found\r\nLocation: /c/\r\nContent-Length: 0\r\n\r\n",
        ],
        talk,
    )
    assert heads[0].startswith("GET /a/ HTTP/1.1\r\n")
    assert "Cookie: sessionid=s; csrftoken=t=1\r\n" in heads[1]
    assert "X-CSRFToken: t\r\n" in heads[1]


def test_bodies_in_chunks_and_up_to_the_end():
    async def talk(browser: Connection) -> None:
        assert (await browser.get("/")).body == b"chunked"
        assert (await browser.get("/")).body == b"rest"

    chunked = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nchun\r\n3\r\nked\r\n0\r\n\r\n"
    )
    served([chunked, b"HTTP/1.0 200 OK\r\n\r\nrest", b""][:2], talk)


def test_a_request_is_sent_again_where_the_kept_connection_was_closed():
    async def talk(browser: Connection) -> None:
        assert (await browser.get("/")).status == 204
        assert (await browser.get("/")).status == 200

    heads = served(
        [b"HTTP/1.1 204 No Content\r\n\r\n", b"", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"],
        talk,
    )
    assert len(heads) == 3


def test_a_new_connection_that_is_hung_up_on_is_an_error():
    async def talk(browser: Connection) -> None:
        with pytest.raises(ConnectionError):
            await browser.get("/")

    served([b""], talk)
