"""Many requests at a time over one WebSocket connection of Home Assistant's: each is answered when it is done."""

import asyncio
from types import TracebackType
from typing import Any, Self, override

import aiohttp

from .instance import HomeAssistantSocket, Json


class Pipeline(HomeAssistantSocket):
    """A connection whose answers nobody has to wait for in turn."""

    _pump: asyncio.Task[None]

    @override
    async def __aenter__(self) -> Self:
        """Connect, log in, and begin to take answers."""
        await super().__aenter__()
        self._waiting: dict[int, asyncio.Future[Json]] = {}
        self._pump = asyncio.create_task(self._take())
        return self

    @override
    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Disconnect: what was not answered is cancelled."""
        await super().__aexit__(kind, error, traceback)
        await self.closed()

    async def request(self, command: str, **arguments: Any) -> Json:
        """Send a command and return the whole answer; ConnectionError where the connection ends before it."""
        if self._pump.done():
            raise ConnectionError("the connection has ended")
        self._last_id += 1
        answer = asyncio.get_running_loop().create_future()
        self._waiting[self._last_id] = answer
        message = {"id": self._last_id, "type": command, **arguments}
        await self._socket.send_json(message)
        return await answer

    async def closed(self) -> None:
        """Return when the connection has ended."""
        await asyncio.wait([self._pump])

    async def _take(self) -> None:
        """Hand out the answers until the connection ends."""
        try:
            async for message in self._socket:
                if message.type is not aiohttp.WSMsgType.TEXT:
                    break
                said = message.json()
                answer = self._waiting.pop(said["id"], None)
                if answer is not None and not answer.done():
                    answer.set_result(said)
        finally:
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(ConnectionError("the connection has ended"))
            self._waiting.clear()
