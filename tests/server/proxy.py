"""A TCP proxy on loopback that can be cut, so that a link fails without the server failing."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Self

from scripts.support.servers import XmppServer


class Proxy:
    """What stands between a client and a server."""

    def __init__(self, server: XmppServer) -> None:
        """Pass everything on to `server`."""
        self._target = server
        self._links: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._open = True
        self.port = 0

    @classmethod
    @asynccontextmanager
    async def before(cls, server: XmppServer) -> AsyncGenerator[Self]:
        """Listen, and end every link at the end."""
        proxy = cls(server)
        listener = await asyncio.start_server(proxy._connected, server.host, 0)
        proxy.port = listener.sockets[0].getsockname()[1]
        yield proxy
        listener.close()
        proxy.cut()
        if proxy._links:
            await asyncio.wait(proxy._links)

    def cut(self) -> None:
        """End every link, and take no new one until `mend`."""
        self._open = False
        for writer in self._writers:
            writer.transport.abort()

    def mend(self) -> None:
        """Take links again."""
        self._open = True

    async def _connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if not self._open:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection(
            self._target.host, self._target.port
        )
        self._writers |= {writer, far_writer}
        for source, sink in ((reader, far_writer), (far_reader, writer)):
            link = asyncio.create_task(_pump(source, sink))
            self._links.add(link)
            link.add_done_callback(self._links.discard)


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
    sink.close()
