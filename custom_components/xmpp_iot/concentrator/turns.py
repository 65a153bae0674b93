"""Turns at entities: who asks first is served first, so that the last order is the last one carried out."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from weakref import WeakValueDictionary


class Turns:
    """One turn at a time for each node; a lock nobody holds or waits for is forgotten."""

    def __init__(self) -> None:
        """Begin with everything free."""
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def of(self, nodes: Iterable[str]) -> AsyncGenerator[None]:
        """Have the turn at all of these nodes; locks are taken in one order, so nobody waits for ever."""
        locks = [
            self._locks.setdefault(node, asyncio.Lock()) for node in sorted(set(nodes))
        ]
        async with AsyncExitStack() as stack:
            for lock in locks:
                await stack.enter_async_context(lock)
            yield
