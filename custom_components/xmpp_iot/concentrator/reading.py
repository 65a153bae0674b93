"""Readouts (XEP-0323): the present of the nodes a caller sees, and their past where it is asked for."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import replace
from itertools import chain
from typing import Final

from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util

from ..wire.errors import ItemNotFound
from ..wire.model import HISTORICAL, Caller, Field, NodeRef, Reading, ReadRequest
from .fields import FieldReader
from .guard import DENIED, NOT_FOUND, Guard, known
from .history import History
from .interfaces import asked, device_interfaces, entity_interfaces, read_by, settable
from .localize import Language, Localizer
from .nodes import is_entity, ref
from .seconding import Seconding
from .tree import DEVICE_PREFIX, Tree

NOT_READABLE: Final = "Not readable."
# How many nodes are read before others get their turn.
_CHUNK: Final = 50


class Reader:
    """Reads nodes for callers."""

    def __init__(
        self,
        hass: HomeAssistant,
        guard: Guard,
        localizer: Localizer,
        fields: FieldReader,
        second: Seconding,
    ) -> None:
        """Read by `fields` what `guard` lets a caller see, as far as the `second` opinion agrees."""
        self._hass = hass
        self._guard = guard
        self._localizer = localizer
        self._fields = fields
        self._history = History(hass, fields)
        self._second = second

    async def read(
        self, caller: Caller, request: ReadRequest
    ) -> AsyncGenerator[Sequence[Reading]]:
        """Yield the readings of nodes; one that cannot be read is a reading with an error.

        Where a span is asked for, what has not changed since its begin is left out, as the deployed
        implementation does it: so somebody who missed a while asks for what is new only.

        ItemNotFound if none of the nodes exists for the caller, Forbidden if a second opinion denies all.
        """
        tree = self._guard.tree(caller)
        if not any(known(node, tree) for node in request.nodes):
            raise ItemNotFound(NOT_FOUND)
        if self._second.asks:
            request, refused = await self._agreed(caller, request)
            if refused:
                yield refused
        past = bool(request.categories & HISTORICAL)
        for start in range(0, len(request.nodes), _CHUNK):
            nodes = request.nodes[start : start + _CHUNK]
            await asyncio.sleep(0)  # there may be thousands of them
            there = self._guard.visible(caller, nodes)
            language = await self._localizer.load(caller, (node.id for node in there))
            # Looked up again: what was taken from the caller meanwhile is not read any more.
            tree = self._guard.tree(caller)
            readings = [
                one
                for node in nodes
                if not _is_known(
                    one := self._present(node, tree, request, language), request
                )
            ]
            if not past:
                yield readings
                continue
            # What has no present is not worth a word then.
            if present := [one for one in readings if one.fields or one.error]:
                yield present
            async with aclosing(self._past(caller, nodes, request)) as pages:
                async for page in pages:
                    yield page

    async def _agreed(
        self, caller: Caller, request: ReadRequest
    ) -> tuple[ReadRequest, Sequence[Reading]]:
        """Return what a second opinion leaves of a request, and why the other nodes cannot be read.

        What the caller does not see is not asked about. It is not read either, should it be seen meanwhile.
        """
        tree = self._guard.tree(caller)
        seen = frozenset(self._guard.visible(caller, request.nodes))
        agreed = await self._second.reads(caller, request)
        kept = frozenset(agreed.nodes)
        refused = [
            _failed(node, _reason(node, tree, node in seen))
            for node in request.nodes
            if node not in kept
        ]
        return agreed, refused

    async def _past(
        self, caller: Caller, nodes: Iterable[NodeRef], request: ReadRequest
    ) -> AsyncGenerator[Sequence[Reading]]:
        """Yield what was, node by node, each as long as the caller sees it."""
        for node in self._guard.visible(caller, nodes):
            if not is_entity(node.id):
                continue
            past = self._history.readings(node.id, ref(node.id), request)
            async with aclosing(past) as pages:
                async for page in pages:
                    if not self._guard.visible(caller, (node,)):
                        yield [_failed(node, NOT_FOUND)]
                        break
                    yield page

    def _present(
        self, node: NodeRef, tree: Tree, request: ReadRequest, language: Language
    ) -> Reading:
        if not known(node, tree):
            return _failed(node, NOT_FOUND)
        if node.id.startswith(DEVICE_PREFIX):
            return self._device(node, request)
        if (state := self._hass.states.get(node.id)) is None:
            return _failed(node, NOT_READABLE)
        return self._entity(state, request, language)

    def _entity(
        self, state: State, request: ReadRequest, language: Language
    ) -> Reading:
        """Return what is asked of an entity, by its own names and by those of its interfaces."""
        whole = self._fields.entity(state)
        if whole.error:
            own, categories = self._fields.category(state.entity_id), request.categories
            wanted = not categories or own in categories
            return whole if wanted else replace(whole, error="")
        aliases = asked(entity_interfaces(state), request.fields)
        return _answer(
            whole,
            request,
            read_by(aliases, whole.fields, settable(state)),
            language.fields(state, whole.fields),
        )

    def _device(self, node: NodeRef, request: ReadRequest) -> Reading:
        device = dr.async_get(self._hass).async_get(node.id.removeprefix(DEVICE_PREFIX))
        if device is None:
            return Reading(node=ref(node.id), at=dt_util.utcnow())
        whole = self._fields.device(device, ref(node.id))
        aliases = asked(device_interfaces(device), request.fields)
        return _answer(whole, request, read_by(aliases, whole.fields, {}))


def _answer(whole: Reading, request: ReadRequest, *more: Iterable[Field]) -> Reading:
    """Return the fields that are asked for, of all there are."""
    fields = chain(whole.fields, *more)
    return replace(whole, fields=tuple(one for one in fields if _wanted(one, request)))


def _is_known(reading: Reading, request: ReadRequest) -> bool:
    """Return whether the asker knows it: nothing has changed since the time from which on it asks."""
    return request.start is not None and reading.at < request.start


def _wanted(field: Field, request: ReadRequest) -> bool:
    categories, names = request.categories, request.fields
    return (not categories or field.category in categories) and (
        not names or field.name in names
    )


def _reason(node: NodeRef, tree: Tree, is_seen: bool) -> str:
    """Return why a node is not read."""
    if is_seen:
        return DENIED
    return NOT_READABLE if known(node, tree) else NOT_FOUND


def _failed(node: NodeRef, error: str) -> Reading:
    return Reading(node=node, at=dt_util.utcnow(), error=error)
