"""A cable to a server that can be cut, or go dead without a word, be held up, or be gone."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


def _flowing() -> asyncio.Event:
    """Return an event that has happened."""
    event = asyncio.Event()
    event.set()
    return event


@dataclass(eq=False)
class _Connection:
    """One of those that are carried."""

    writers: tuple[asyncio.StreamWriter, asyncio.StreamWriter]
    silent: bool = False


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
    turned_away: asyncio.Event = field(default_factory=asyncio.Event)
    """Somebody wanted a connection, and got none."""
    _flows: asyncio.Event = field(default_factory=_flowing)
    _connections: list[_Connection] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def used(self) -> bool:
        """Whether there were connections since it was last cut."""
        return bool(self._connections)

    def cut(self) -> None:
        """End all connections at once; those made later are fine."""
        self.dead = False
        for connection in self._connections:
            for writer in connection.writers:
                writer.transport.abort()
        self._connections.clear()
        self.release()

    def silence(self) -> None:
        """Let nothing come out of all present connections any more; those made later are fine."""
        for connection in self._connections:
            connection.silent = True

    def hold(self) -> None:
        """Keep what goes in, in both directions, until `release`: networks lose packets, and send them again."""
        self._flows.clear()

    def release(self) -> None:
        """Let out what was kept, and what comes after it."""
        self._flows.set()

    async def carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Connect one client."""
        if self.broken:
            writer.transport.abort()
            self.turned_away.set()
            return
        try:
            server_reader, server_writer = await asyncio.open_connection(
                self.host, self.target
            )
        except OSError:  # the server is not there
            writer.transport.abort()
            return
        connection = _Connection((writer, server_writer))
        self._connections.append(connection)
        for source, sink in ((reader, server_writer), (server_reader, writer)):
            task = asyncio.create_task(self._pump(connection, source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pump(
        self,
        connection: _Connection,
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
    ) -> None:
        try:
            while data := await source.read(65536):
                await self._flows.wait()
                if not (self.dead or connection.silent):
                    sink.write(data)
                    await sink.drain()
            await self._flows.wait()
        except ConnectionError:
            return
        finally:
            sink.close()

    async def settle(self) -> None:
        """Return when nothing is carried any more."""
        if self._tasks:
            await asyncio.wait(self._tasks)


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
        await laid.settle()
