"""Whom the actions of this integration are about: an entity that shows their node, or their address.

Whoever may use an entity here may use the node it shows. A node that is named by its address is for those
only who may use every entity of this house.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, cast

from slixmpp import JID, InvalidJID

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_DEVICE_ID, ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import ServiceValidationError, Unauthorized
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.service import async_get_config_entry
from homeassistant.helpers.target import (
    TargetSelection,
    async_extract_referenced_entity_ids,
)

from .const import CONF_JID, DOMAIN
from .models import XmppIotConfigEntry
from .remote.acquaintance import Acquaintance
from .remote.assurance import last_told
from .remote.courier import Courier, passes
from .remote.delivery import Delivery
from .remote.device_peer import peer_of
from .remote.direct import Place, find, find_concentrator
from .remote.errors import NotSent
from .remote.hours import Series
from .remote.link import Link
from .remote.node import HOME_ASSISTANT, RemoteNode
from .remote.thing import Thing
from .wire.errors import NoAnswer, NotConnected, StanzaError
from .wire.model import NodeRef
from .wire.peer import Peer

ATTR_JID: Final = "jid"
ATTR_NODE: Final = "node"
ATTR_PARTITION: Final = "partition"
ATTR_SOURCE: Final = "source"


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom:
    """Whom an action is about, before it is known whether they are there."""

    entry: XmppIotConfigEntry
    jid: str  # full, or bare where it is to be found which resource
    title: str  # what people call them
    node: NodeRef
    node_type: str = ""
    link: Link | None = None
    """The link of the house that it is of, if there is one."""
    shown: RemoteNode | None = None
    """The node as it is shown here, if it is."""

    @property
    def courier(self) -> Courier:
        """Who brings what is ordered."""
        return self.entry.runtime_data.links.neighbourhood.courier

    @property
    def delivery(self) -> Delivery:
        """How surely orders are to be carried out, where nobody says otherwise."""
        return self.link.devices.delivery if self.link else Delivery.ACKNOWLEDGED

    @property
    def thing(self) -> Thing:
        """What orders are for that may overtake each other."""
        bare = JID(self.jid).bare
        if self.shown is not None:
            return Thing.of(bare, self.shown)
        return Thing(bare, self.node)

    @property
    def is_of_house(self) -> bool:
        """Whether it is known to be of a house like ours."""
        return self.node_type.startswith(HOME_ASSISTANT)

    async def look(self) -> None:
        """Read how the node is, where it is shown here."""
        if self.link is not None and self.shown is not None:
            await self.link.look(self.shown)

    @property
    def _linked_jid(self) -> str:
        """The full JID of the house of the link; empty while it is not there, and where there is none."""
        if self.link is None:
            return ""
        try:
            return self.link.peer().jid
        except NotConnected:
            return ""

    def _is_linked(self, jid: str) -> bool:
        """Return whether that is the house of the link, and no other client of its account."""
        return self._linked_jid == jid

    async def life(self, place: Place) -> str:
        """Return what names somebody's memory of orders; empty for who has none (see `wire.once`).

        NotSent where nobody answers. Of a house like ours the StanzaError that says that it has none: nothing
        is sent to it that cannot be as sure as it is to be.
        """
        peer = place.peer
        if self.link is not None and self.link.life and self._is_linked(peer.jid):
            return self.link.life
        session = self.entry.runtime_data.links.neighbourhood.session
        is_ours = self.is_of_house or place.is_ours
        try:
            return (await last_told(session, peer.jid)).life
        except (NoAnswer, StanzaError) as err:
            if isinstance(err, StanzaError) and not is_ours:
                return ""
            if not passes(err):
                raise
            raise NotSent("order_not_sent") from err

    async def peer(self) -> Peer:
        """Return who is to be asked: of a linked account the house itself, whatever else is logged in there."""
        return self._peer_of(await self._find())

    def _peer_of(self, known: Acquaintance) -> Peer:
        return peer_of(self.entry.runtime_data.links.neighbourhood.peers, known)

    @property
    def _is_behind(self) -> bool:
        """Whether it is known that there is a concentrator that the node is behind."""
        return bool(self.node.id) and self.link is not None and self.link.has_nodes

    async def _find(self) -> Acquaintance:
        """Return what whoever is to be asked says of itself."""
        neighbourhood = self.entry.runtime_data.links.neighbourhood
        jid = JID(self.jid)
        if jid.resource or not jid.node:
            there: tuple[str, ...] = (self.jid,)
        else:
            there = neighbourhood.session.resources(self.jid)
            if linked := self._linked_jid:
                there = tuple(one for one in there if one == linked)
        if self._is_behind:
            return await find_concentrator(neighbourhood, there)
        return await find(neighbourhood, there, has_nodes=bool(self.node.id))

    async def place(self) -> Place:
        """Return the one node that is to be set or commanded.

        Whether it is of a house like ours says who is asked, by itself: the link may not have read it yet.
        """
        known = await self._find()
        is_another = self.link is not None and not self._is_linked(known.jid)
        return Place(
            self._peer_of(known),
            self.node,
            "" if is_another else self.node_type,
            assured=known.assured,
        )

    def check_there(self) -> None:
        """Raise NotConnected while it is not known which node of a linked house it is now.

        While the house was away its nodes may have been renamed.
        """
        if self.link is not None and not self.link.online:
            raise NotConnected(f"{self.title} is not read yet.")

    @contextmanager
    def noticing(self, listener: Callable[[], None]) -> Generator[None]:
        """Call `listener` when a linked house comes, and is read, or goes."""
        unsubscribe = None if self.link is None else self.link.listen(listener)
        try:
            yield
        finally:
            if unsubscribe is not None:
                unsubscribe()

    async def place_now(self) -> Place:
        """Return the same for an order that has waited; NotConnected while it is not known which node it is."""
        self.check_there()
        return await self.place()


async def whom(call: ServiceCall, policy: str) -> Whom:
    """Return whom an action is about; Unauthorized where its user may not do that."""
    entity_id: str | None = call.data.get(ATTR_ENTITY_ID)
    await _check_user(call, entity_id, policy)
    if entity_id is not None:
        return _shown(call.hass, entity_id)
    return _named(call)


async def _check_user(call: ServiceCall, entity_id: str | None, policy: str) -> None:
    if (user_id := call.context.user_id) is None:
        return
    user = await call.hass.auth.async_get_user(user_id)
    if user is not None and (
        user.permissions.access_all_entities(policy)
        if entity_id is None
        else user.permissions.check_entity(entity_id, policy)
    ):
        return
    raise Unauthorized(context=call.context, entity_id=entity_id, permission=policy)


def _shown(hass: HomeAssistant, entity_id: str) -> Whom:
    """Return the node that an entity of ours shows."""
    registered = er.async_get(hass).async_get(entity_id)
    if registered is None or registered.platform != DOMAIN:
        raise invalid("not_mirrored", entity=entity_id)
    entry = _entry(hass, registered.config_entry_id)
    found = [
        (link, node)
        for link in entry.runtime_data.links
        for node in link.store
        if link.devices.is_of(node, registered.unique_id)
    ]
    if not found:
        raise invalid("not_mirrored", entity=entity_id)
    # (the id of a foreign node may begin like another one)
    link, node = max(found, key=lambda one: len(one[1].uid))
    return Whom(
        entry=entry,
        jid=link.devices.house,
        title=link.devices.title,
        node=node.info.ref,
        node_type=node.info.node_type,
        link=link,
        shown=node,
    )


def _named(call: ServiceCall) -> Whom:
    """Return the node that somebody's address and its own name."""
    entry = _entry(call.hass, call.data.get(ATTR_CONFIG_ENTRY_ID))
    text: str = call.data[ATTR_JID].strip()
    try:
        jid = JID(text)
    except InvalidJID:
        raise invalid("invalid_jid") from None
    if not jid.domain:
        raise invalid("invalid_jid")
    titles = {
        subentry.data[CONF_JID]: subentry.title
        for subentry in entry.subentries.values()
        if CONF_JID in subentry.data
    }
    if jid.node and not jid.resource and jid.bare not in titles:
        raise invalid("unknown_address", jid=jid.bare)
    node = NodeRef(
        call.data[ATTR_NODE], call.data[ATTR_SOURCE], call.data[ATTR_PARTITION]
    )
    link, shown = _known(entry, jid.bare, node)
    return Whom(
        entry=entry,
        jid=jid.full,
        title=titles.get(jid.bare, jid.full),
        node=node,
        node_type=shown.info.node_type if shown else "",
        link=link,
        shown=shown,
    )


def _known(
    entry: XmppIotConfigEntry, bare: str, node: NodeRef
) -> tuple[Link | None, RemoteNode | None]:
    """Return the link of a house, and a node of it; None for what there is not."""
    links: Iterator[Link] = iter(entry.runtime_data.links)
    for link in links:
        if link.devices.house == bare:
            return link, link.store.get(node)
    return None, None


def _entry(hass: HomeAssistant, entry_id: str | None) -> XmppIotConfigEntry:
    """Return an account; ServiceValidationError where there is none, or it is not loaded."""
    return cast(XmppIotConfigEntry, async_get_config_entry(hass, DOMAIN, entry_id))


def chosen_sensors(
    call: ServiceCall,
) -> Iterator[tuple[XmppIotConfigEntry, Link, list[RemoteNode]]]:
    """Yield the sensors meant, house by house: all of a house whose own device is among the targets."""
    selection = TargetSelection(call.data)
    selected = async_extract_referenced_entity_ids(
        call.hass, selection, primary_entities_only=False
    )
    entities = selected.referenced | selected.indirectly_referenced
    registry = er.async_get(call.hass)
    for entry in call.hass.config_entries.async_entries(DOMAIN):
        if entry.state is not ConfigEntryState.LOADED:
            continue
        for link in entry.runtime_data.links:
            whole = link.devices.house_id in call.data.get(ATTR_DEVICE_ID, ())
            nodes = [
                node
                for node in link.store
                if Series.of(link.devices, node)
                and (
                    whole
                    or registry.async_get_entity_id(
                        "sensor", DOMAIN, link.unique_id(node)
                    )
                    in entities
                )
            ]
            if nodes:
                yield entry, link, nodes


def invalid(key: str, **placeholders: str) -> ServiceValidationError:
    """Return the error that tells somebody that what they asked for makes no sense."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )
