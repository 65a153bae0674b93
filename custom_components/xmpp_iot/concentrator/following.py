"""Who follows the values of which nodes: one listener for all of them, and none when there is nobody."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers import device_registry as dr

from ..wire.model import NodeRef
from .fields import IDENTITY
from .tree import DEVICE_PREFIX, NodeId

type Changed = Callable[[NodeRef], None]


@dataclass(frozen=True, slots=True, eq=False)
class _Follower:
    """One who follows nodes."""

    changed: Changed


class ValueFollowers:
    """Tells followers when a node they follow has new values; what they may read is not asked here."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Follow nothing yet."""
        self._hass = hass
        # By node: who follows it, each by the address it knows the node by.
        self._followers: dict[NodeId, dict[tuple[_Follower, NodeRef], None]] = {}
        self._unsubscribe: list[CALLBACK_TYPE] = []

    @callback
    def async_follow(
        self, nodes: Iterable[NodeRef], changed: Changed
    ) -> Callable[[], None]:
        """Call `changed` with a node after it has new values; returns the end of it."""
        follower = _Follower(changed)
        followed = tuple(nodes)
        for node in followed:
            self._followers.setdefault(node.id, {})[follower, node] = None
        self._listen()

        @callback
        def unfollow() -> None:
            for node in followed:
                self._leave(follower, node)
            self._listen()

        return unfollow

    @callback
    def async_stop(self) -> None:
        """Tell nobody any more."""
        self._followers.clear()
        self._listen()

    def _leave(self, follower: _Follower, node: NodeRef) -> None:
        followers = self._followers.get(node.id, {})
        followers.pop((follower, node), None)
        if not followers:
            self._followers.pop(node.id, None)

    def _listen(self) -> None:
        """Listen while anybody follows anything."""
        if not self._followers:
            while self._unsubscribe:
                self._unsubscribe.pop()()
        elif not self._unsubscribe:
            listen = self._hass.bus.async_listen
            self._unsubscribe = [
                listen(EVENT_STATE_CHANGED, self._state_changed, self._is_followed),
                listen(
                    dr.EVENT_DEVICE_REGISTRY_UPDATED,
                    self._device_changed,
                    _is_of_identity,
                ),
            ]

    @callback
    def _is_followed(self, data: EventStateChangedData) -> bool:
        return data["entity_id"] in self._followers

    @callback
    def _state_changed(self, event: Event[EventStateChangedData]) -> None:
        self._tell(event.data["entity_id"])

    @callback
    def _device_changed(self, event: Event[dr.EventDeviceRegistryUpdatedData]) -> None:
        self._tell(DEVICE_PREFIX + event.data["device_id"])

    def _tell(self, node: NodeId) -> None:
        # Whoever is told may have somebody stop following, or begin.
        for one in tuple(self._followers.get(node, ())):
            if one in self._followers.get(node, ()):
                follower, address = one
                follower.changed(address)


@callback
def _is_of_identity(data: dr.EventDeviceRegistryUpdatedData) -> bool:
    """Return whether a change of a device is one of the fields it is read by."""
    return data["action"] == "update" and not IDENTITY.keys().isdisjoint(
        data["changes"]
    )
