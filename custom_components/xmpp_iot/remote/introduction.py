"""What a foreign node can do, which its description does not say: its control form and its commands.

A node of Home Assistant says it all in its description, so it is never asked.
"""

import asyncio
from collections.abc import Iterable
import logging
from typing import Final

from ..wire.errors import NoAnswer, NotConnected, StanzaError
from ..wire.form_model import Form
from ..wire.model import Command, Commands, Operation, TreeRequest
from ..wire.peer import Peer
from .foreign_parameters import parameters
from .node import RemoteNode

_LOGGER = logging.getLogger(__name__)

AT_A_TIME: Final = 8  # nodes that are asked about


async def introduce(peer: Peer, nodes: Iterable[RemoteNode]) -> None:
    """Ask foreign nodes what can be done with them, those that have not been asked as they are now.

    Where nobody answers they are shown as they are read. NotConnected as the peer raises it.
    """
    unknown = [node for node in nodes if not node.domain and _is_unknown(node)]
    turns = asyncio.Semaphore(AT_A_TIME)
    failures: list[NoAnswer | NotConnected] = []

    async def ask(node: RemoteNode) -> None:
        async with turns:
            if failures:  # who does not answer once is not asked for all the others
                node.introduce(node.info, node.form, node.commands)
                return
            try:
                await _ask(peer, node)
            except (NoAnswer, NotConnected) as err:
                failures.append(err)
                node.introduce(node.info, node.form, node.commands)

    await asyncio.gather(*(ask(node) for node in unknown))
    for failure in failures:
        if isinstance(failure, NotConnected):
            raise failure
        _LOGGER.warning("%s does not say what can be done with its nodes", peer.jid)


def only_in_form(node: RemoteNode) -> bool:
    """Return whether a node tells some of what is set by its form only, and not when it is read."""
    return node.form is not None and not parameters(node).keys() <= node.fields.keys()


def _is_unknown(node: RemoteNode) -> bool:
    return node.introduced != node.info or only_in_form(node)


async def _ask(peer: Peer, node: RemoteNode) -> None:
    info = node.info
    form = await _form(peer, node) if info.is_controllable else None
    commands = await _commands(peer, node) if info.has_commands else ()
    node.introduce(info, form, commands)


async def _form(peer: Peer, node: RemoteNode) -> Form | None:
    try:
        return await peer.control_form(node.info.ref)
    except StanzaError as err:
        _LOGGER.debug("%s of %s has no control form: %s", node.id, peer.jid, err)
        return None


async def _commands(peer: Peer, node: RemoteNode) -> tuple[Command, ...]:
    request = TreeRequest(operation=Operation.GET_NODE_COMMANDS, nodes=(node.info.ref,))
    try:
        answer = await peer.tree(request)
    except StanzaError as err:
        _LOGGER.debug("%s of %s has no commands: %s", node.id, peer.jid, err)
        return ()
    return answer.commands if isinstance(answer, Commands) else ()
