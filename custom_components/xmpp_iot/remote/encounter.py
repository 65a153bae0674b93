"""Which client of a linked account is visited: its house, or a device where there is none.

A house that starts again may share its account with a device that stays online. That one has none of the house's
nodes: to visit it would have them all forgotten.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
import logging
from typing import Any, Final

from ..wire.errors import WireError
from ..wire.fragments import DEVICE
from ..wire.model import NodeInfo
from ..wire.session import Session
from .acquaintance import Acquaintance, meet_any, meet_concentrator
from .node import RemoteNode
from .nodes import NodeStore
from .registry import Registered

_LOGGER = logging.getLogger(__name__)

# Seconds until those are asked again of whom one has not said what it is.
ASK_AGAIN: Final = 300.0
_ITSELF: Final = NodeInfo(ref=DEVICE, node_type="", display_name="")


def has_nodes(store: NodeStore, registered: Registered) -> bool:
    """Return whether nodes are shown, or were the last time, that are behind a concentrator."""
    if any(node.info.ref != DEVICE for node in store):
        return True
    return bool(registered.unknown((RemoteNode(_ITSELF),)))


async def whom_to_visit(
    session: Session, house: str, *, is_behind: bool
) -> Acquaintance | None:
    """Return who of a bare JID is to be visited: only a concentrator where its nodes are `is_behind` one.

    None where nobody is. RemoteError, NoAnswer and NotConnected as `meet_any` and `meet_concentrator` raise them.
    """
    online = session.resources(house)
    if is_behind:
        return await meet_concentrator(session, online)
    return await meet_any(session, online, has_nodes=True)


async def concentrator_comes(session: Session, house: str, came: asyncio.Event) -> None:
    """Return when a concentrator is online at a bare JID; `came` is set when somebody comes there."""
    pause = ASK_AGAIN if len(session.resources(house)) > 1 else None
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await came.wait()
        came.clear()
        pause = None
        try:
            if await meet_concentrator(session, session.resources(house)) is not None:
                return
        except WireError as err:
            _LOGGER.debug("Somebody of %s does not say what it is: %s", house, err)
            pause = ASK_AGAIN


async def first_of(*many: Coroutine[Any, Any, None]) -> None:
    """Return, or raise, what the first one does that ends; the others end with it."""
    tasks = [asyncio.create_task(one) for one in many]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
