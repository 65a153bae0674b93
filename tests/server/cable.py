"""A cable between a client and a server that can be cut, or go dead without a word."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Cable:
    """Carries connections to a port, until it does not."""

    host: str
    target: int
    port: int = 0
    dead: bool = False
    """What goes in does not come out, in both directions."""
    broken: bool = False
    """Nobody gets a connection."""
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def cut(self) -> None:
        """End all connections at once; those made later are fine."""
        self.dead = False
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Connect one client."""
        if self.broken:
            writer.transport.abort()
            return
        server_reader, server_writer = await asyncio.open_connection(
            self.host, self.target
        )
        self._writers += [writer, server_writer]
        for source, sink in ((reader, server_writer), (server_reader, writer)):
            task = asyncio.create_task(self._pump(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter
    ) -> None:
        try:
            while data := await source.read(65536):
                if not self.dead:
                    sink.write(data)
                    await sink.drain()
        except ConnectionError:
            return
        finally:
            sink.close()


@asynccontextmanager
async def cable(host: str, target: int) -> AsyncGenerator[Cable]:
    """Lay a cable to a server."""
    laid = Cable(host, target)
    listener = await asyncio.start_server(laid.carry, host)
    laid.port = listener.sockets[0].getsockname()[1]
    try:
        yield laid
    finally:
        listener.close()
        laid.cut()
        if laid._tasks:
            await asyncio.wait(laid._tasks)
