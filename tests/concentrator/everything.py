"""A house with an entity of every domain: the demo's, helpers, and our own where neither has one."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, override

from pytest_homeassistant_custom_component.common import setup_test_component_platform

from homeassistant.components.calendar import CalendarEntity, CalendarEvent
from homeassistant.components.calendar.const import CalendarEntityFeature
from homeassistant.components.image import ImageEntity
from homeassistant.components.lawn_mower import LawnMowerEntity
from homeassistant.components.lawn_mower.const import (
    LawnMowerActivity,
    LawnMowerEntityFeature,
)
from homeassistant.components.remote import RemoteEntity
from homeassistant.components.remote.const import RemoteEntityFeature
from homeassistant.components.todo.const import TodoItemStatus, TodoListEntityFeature
from homeassistant.components.todo.entity import TodoItem, TodoListEntity
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.discovery import async_load_platform
from homeassistant.helpers.entity import Entity
from homeassistant.setup import async_setup_component

HELPERS: dict[str, Any] = {
    "alert": {
        "door": {
            "name": "Door open",
            "entity_id": "input_boolean.away",
            "repeat": 30,
            "notifiers": [],
        }
    },
    "automation": [
        {
            "alias": "Greet",
            "triggers": [{"trigger": "event", "event_type": "greet"}],
            "actions": [
                {"action": "input_boolean.turn_on", "entity_id": "input_boolean.away"}
            ],
        }
    ],
    "counter": {"visitors": {"minimum": 0, "maximum": 20, "step": 2}},
    "person": [{"id": "anne", "name": "Anne"}],
    "plant": {"ficus": {"sensors": {"moisture": "sensor.outside_humidity"}}},
    "schedule": {
        "heating": {
            "name": "Heating",
            "monday": [
                {"from": "06:00:00", "to": "08:00:00", "data": {"warmth": 21}},
                {"from": "17:00:00", "to": "22:00:00"},
            ],
        }
    },
    "timer": {"laundry": {"duration": "00:30:00"}},
}


class Mower(LawnMowerEntity):
    """A lawn mower that does all a lawn mower can."""

    def __init__(self) -> None:
        self._attr_name = "Mower"
        self._attr_activity = LawnMowerActivity.DOCKED
        self._attr_supported_features = (
            LawnMowerEntityFeature.START_MOWING
            | LawnMowerEntityFeature.DOCK
            | LawnMowerEntityFeature.PAUSE
            | LawnMowerEntityFeature.STOP
        )

    @override
    async def async_start_mowing(self) -> None:
        self._become(LawnMowerActivity.MOWING)

    @override
    async def async_dock(self) -> None:
        self._become(LawnMowerActivity.DOCKED)

    @override
    async def async_pause(self) -> None:
        self._become(LawnMowerActivity.PAUSED)

    @override
    async def async_stop(self) -> None:
        self._become(LawnMowerActivity.PAUSED)

    def _become(self, activity: LawnMowerActivity) -> None:
        self._attr_activity = activity
        self.async_write_ha_state()


class Picture(ImageEntity):
    """A picture."""

    def __init__(self, hass: HomeAssistant) -> None:
        super().__init__(hass)
        self._attr_name = "Picture"
        self._attr_image_last_updated = datetime(2026, 11, 21, tzinfo=UTC)


class Harmony(RemoteEntity):
    """A remote control with activities, which learns and forgets."""

    def __init__(self) -> None:
        self._attr_name = "Harmony"
        self._attr_is_on = True
        self._attr_activity_list = ["Music", "Film"]
        self._attr_current_activity = "Music"
        self._attr_supported_features = (
            RemoteEntityFeature.ACTIVITY
            | RemoteEntityFeature.LEARN_COMMAND
            | RemoteEntityFeature.DELETE_COMMAND
        )

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        self._attr_is_on = True
        self._attr_current_activity = kwargs.get("activity", "Music")
        self.async_write_ha_state()

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        self._attr_is_on = False
        self.async_write_ha_state()

    @override
    async def async_send_command(self, command: Any, **kwargs: Any) -> None:
        pass

    @override
    async def async_learn_command(self, **kwargs: Any) -> None:
        pass

    @override
    async def async_delete_command(self, **kwargs: Any) -> None:
        pass


class Shopping(TodoListEntity):
    """A list that does all a list can, and never changes."""

    def __init__(self) -> None:
        self._attr_name = "Shopping"
        self._attr_supported_features = TodoListEntityFeature(127)
        self._attr_todo_items = [
            TodoItem(uid="1", summary="Milk", status=TodoItemStatus.NEEDS_ACTION),
            TodoItem(
                uid="2",
                summary="Bread",
                status=TodoItemStatus.COMPLETED,
                due=datetime(2026, 11, 21, tzinfo=UTC),
            ),
        ]

    @override
    async def async_create_todo_item(self, item: TodoItem) -> None:
        pass

    @override
    async def async_update_todo_item(self, item: TodoItem) -> None:
        pass

    @override
    async def async_delete_todo_items(self, uids: list[str]) -> None:
        pass


class Diary(CalendarEntity):
    """A calendar that takes new events."""

    def __init__(self) -> None:
        self._attr_name = "Diary"
        self._attr_supported_features = CalendarEntityFeature.CREATE_EVENT

    @property
    @override
    def event(self) -> CalendarEvent | None:
        return None

    @override
    async def async_create_event(self, **kwargs: Any) -> None:
        pass

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        start = datetime(2026, 11, 21, 9, tzinfo=UTC)
        return [CalendarEvent(start, start + timedelta(hours=1), "Dentist")]


OURS: dict[Platform, Callable[[HomeAssistant], Entity]] = {
    Platform.CALENDAR: lambda _: Diary(),
    Platform.IMAGE: Picture,
    Platform.LAWN_MOWER: lambda _: Mower(),
    Platform.REMOTE: lambda _: Harmony(),
    Platform.TODO: lambda _: Shopping(),
}


async def async_setup_everything_else(hass: HomeAssistant) -> None:
    """Set up an entity of each domain that the demo has none of."""
    for platform, made in OURS.items():
        setup_test_component_platform(hass, platform, [made(hass)])
        await async_load_platform(hass, platform, "test", {}, {})
    for domain, config in HELPERS.items():
        assert await async_setup_component(hass, domain, {domain: config})
    group = {"object_id": "lights", "entities": ["light.kitchen_lights"]}
    await hass.services.async_call("group", "set", group, blocking=True)
    await hass.async_block_till_done()
