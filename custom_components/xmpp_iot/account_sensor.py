"""How good the connection of an account is: sensors that are off until somebody wants to know."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, override

from homeassistant.components.sensor import SensorEntity, SensorEntityDescription
from homeassistant.components.sensor.const import SensorDeviceClass, SensorStateClass
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EntityCategory, UnitOfTime
from homeassistant.core import callback
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_track_time_interval

from .concentrator.feeds import Feeds
from .const import DOMAIN
from .wire.session import Session

LOOK: Final = timedelta(seconds=30)


@dataclass(frozen=True, kw_only=True)
class AccountSensorDescription(SensorEntityDescription):
    """One thing to know, and where to find it."""

    value: Callable[[Session, Feeds], float | datetime | None]


def _round_trip(session: Session, _: Feeds) -> float | None:
    seconds = session.link.quality.round_trip
    return None if seconds is None else round(seconds, 4)


SENSORS: Final = (
    AccountSensorDescription(
        key="round_trip",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=3,
        value=_round_trip,
    ),
    AccountSensorDescription(
        key="reconnects",
        state_class=SensorStateClass.TOTAL_INCREASING,
        value=lambda session, _: session.link.quality.returns,
    ),
    AccountSensorDescription(
        key="queue",
        state_class=SensorStateClass.MEASUREMENT,
        value=lambda _, feeds: feeds.queued,
    ),
    AccountSensorDescription(
        key="connected_since",
        device_class=SensorDeviceClass.TIMESTAMP,
        value=lambda session, _: session.link.quality.connected_since,
    ),
    AccountSensorDescription(
        key="last_heard",
        device_class=SensorDeviceClass.TIMESTAMP,
        value=lambda session, _: session.link.heard_at,
    ),
)


class AccountSensor(SensorEntity):
    """One thing to know about the connection of an account."""

    _attr_entity_registry_enabled_default = False
    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(
        self,
        title: str,
        session: Session,
        feeds: Feeds,
        description: AccountSensorDescription,
    ) -> None:
        """Show what `description` says of the account that people call `title`."""
        # Two colons, as in no linked house's identifier (see contacts/record_entities.py).
        identifier = f"{session.bare}:account:{session.bare}"
        self._session = session
        self._feeds = feeds
        self._value = description.value
        self.entity_description = description
        self._attr_entity_category = EntityCategory.DIAGNOSTIC
        self._attr_translation_key = description.key
        self._attr_unique_id = f"{identifier}:{description.key}"
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, identifier)},
            entry_type=DeviceEntryType.SERVICE,
            name=title,
            manufacturer="XMPP IoT",
            model="Account",
        )

    @property
    @override
    def native_value(self) -> float | datetime | None:
        """Return what is known now."""
        return self._value(self._session, self._feeds)

    @override
    async def async_added_to_hass(self) -> None:
        """Look at it when the connection comes and goes, and now and then."""
        self.async_on_remove(self._session.on_online(lambda _: self._changed()))
        self.async_on_remove(self._session.on_offline(self._changed))
        self.async_on_remove(async_track_time_interval(self.hass, self._tick, LOOK))

    @callback
    def _tick(self, _: datetime) -> None:
        self._changed()

    @callback
    def _changed(self) -> None:
        self.async_write_ha_state()


class AccountSensors:
    """All of them, of one account."""

    def __init__(self, entry: ConfigEntry[Any], session: Session, feeds: Feeds) -> None:
        """Make none until the platform is ready."""
        self._entry = entry
        self._session = session
        self._feeds = feeds

    @callback
    def async_show(self, add: AddConfigEntryEntitiesCallback) -> None:
        """Make them, now that Home Assistant's platform is ready to `add` some."""
        add(
            AccountSensor(self._entry.title, self._session, self._feeds, one)
            for one in SENSORS
        )
