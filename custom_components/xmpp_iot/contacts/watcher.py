"""Notice that a target may mean other entities than before.

A house that starts fires thousands of registry and state events, so what cannot matter is filtered out
in the bus, and what does matter is put together for a moment.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from homeassistant.const import EVENT_CORE_CONFIG_UPDATE, EVENT_STATE_CHANGED
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HassJob,
    HomeAssistant,
    callback,
)
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    floor_registry as fr,
    label_registry as lr,
)
from homeassistant.helpers.event import async_call_later

from ..const import DOMAIN

SETTLE_TIME: Final = 0.25  # seconds from the first change to the report of all of them

_OF_DEVICES: Final = frozenset({"area_id", "labels", "parent_device_id"})
_OF_ENTITIES: Final = frozenset(
    {"area_id", "device_id", "disabled_by", "entity_id", "hidden_by", "labels"}
)


class HouseWatcher:
    """Reports what changes the meaning of targets.

    `on_gone` is called at once with an entity id that nobody may see any more, `on_touch` at once when an area,
    a floor, a label, a device or an entity of the registry has changed; `on_change` at most
    SETTLE_TIME after something changed. A state that comes with an entity `is_known` knows is no change.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        *,
        is_known: Callable[[str], bool],
        on_gone: Callable[[str], None],
        on_touch: Callable[[], None],
        on_change: Callable[[], None],
    ) -> None:
        """Report nothing yet."""
        self._hass = hass
        self._is_known = is_known
        self._on_gone = on_gone
        self._on_touch = on_touch
        self._on_change = on_change
        self._unsubscribe: list[CALLBACK_TYPE] = []
        self._cancel_timer: CALLBACK_TYPE | None = None

    @callback
    def async_start(self) -> None:
        """Begin to listen to the registries and to the state machine."""
        listen = self._hass.bus.async_listen
        self._unsubscribe = [
            listen(ar.EVENT_AREA_REGISTRY_UPDATED, self._rebuilt),
            listen(fr.EVENT_FLOOR_REGISTRY_UPDATED, self._rebuilt),
            listen(lr.EVENT_LABEL_REGISTRY_UPDATED, self._rebuilt),
            listen(dr.EVENT_DEVICE_REGISTRY_UPDATED, self._rebuilt, _device_may_matter),
            listen(
                er.EVENT_ENTITY_REGISTRY_UPDATED,
                self._entity_changed,
                _entity_may_matter,
            ),
            listen(EVENT_STATE_CHANGED, self._state_came_or_went, _came_or_went),
            # (the hours of grants are those of the house's time zone)
            listen(EVENT_CORE_CONFIG_UPDATE, self._changed),
        ]

    @callback
    def async_stop(self) -> None:
        """Stop listening, and forget what was not reported yet."""
        while self._unsubscribe:
            self._unsubscribe.pop()()
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None

    @callback
    def _rebuilt(self, event: Event[Any]) -> None:
        """Report that targets may mean less than before, and soon what they mean."""
        self._on_touch()
        self._changed(event)

    @callback
    def _changed(self, _event: Event[Any]) -> None:
        """Report a change soon, together with those that follow meanwhile."""
        if self._cancel_timer is None:
            self._cancel_timer = async_call_later(
                self._hass,
                SETTLE_TIME,
                HassJob(self._settled, "xmpp_iot settle", cancel_on_shutdown=True),
            )

    @callback
    def _settled(self, _now: datetime) -> None:
        """Report what has changed."""
        self._cancel_timer = None
        self._on_change()

    @callback
    def _entity_changed(self, event: Event[er.EventEntityRegistryUpdatedData]) -> None:
        """Take an entity that is removed, renamed or disabled out at once."""
        data = event.data
        if self._is_ours(data["entity_id"]):
            return
        if data["action"] == "create":  # nothing is lost by it
            self._changed(event)
            return
        if data["action"] == "remove":
            self._on_gone(data["entity_id"])
        else:
            if old_entity_id := data.get("old_entity_id"):
                self._on_gone(old_entity_id)
            if self._is_disabled(data["entity_id"]):
                self._on_gone(data["entity_id"])
        self._rebuilt(event)

    @callback
    def _state_came_or_went(self, event: Event[EventStateChangedData]) -> None:
        """Take an entity whose last trace is its state out with it."""
        entity_id = event.data["entity_id"]
        if event.data["new_state"] is None:
            if er.async_get(self._hass).async_get(entity_id) is not None:
                return  # registered: it is there without a state as well
            self._on_gone(entity_id)
        elif self._is_known(entity_id) or self._is_ours(entity_id):
            return
        self._changed(event)

    def _is_ours(self, entity_id: str) -> bool:
        """Return whether the registry has it as one of this integration, which nobody is ever shown.

        A linked house comes with thousands of them at once.
        """
        entry = er.async_get(self._hass).async_get(entity_id)
        return entry is not None and entry.platform == DOMAIN

    def _is_disabled(self, entity_id: str) -> bool:
        """Return whether the registry has the entity as disabled."""
        entry = er.async_get(self._hass).async_get(entity_id)
        return entry is not None and entry.disabled_by is not None


@callback
def _came_or_went(data: EventStateChangedData) -> bool:
    """Return whether an entity appeared in the state machine, or disappeared from it."""
    return data["old_state"] is None or data["new_state"] is None


@callback
def _device_may_matter(data: dr.EventDeviceRegistryUpdatedData) -> bool:
    """Return whether a change of a device can change which entities targets mean.

    One that is new has no entities yet, whose coming is told.
    """
    if data["action"] == "update":
        return not _OF_DEVICES.isdisjoint(data["changes"])
    return data["action"] != "create"


@callback
def _entity_may_matter(data: er.EventEntityRegistryUpdatedData) -> bool:
    """Return whether a change of a registry entry can change which entities targets mean."""
    return data["action"] != "update" or not _OF_ENTITIES.isdisjoint(data["changes"])
