"""Device trackers and persons of other houses.

They show where somebody is as that house says it: `home` is over there. Among this house's zones is only what
has coordinates. Home Assistant's entity for what is connected to a network is not used for that reason: it
claims that whoever is connected is in this house's home zone.
"""

from functools import partial
from typing import Any, ClassVar

from homeassistant.components.device_tracker.const import (
    ATTR_IN_ZONES,
    ATTR_SOURCE_TYPE,
    ATTR_TRACKING_TYPE,
    SourceType,
)
from homeassistant.components.device_tracker.entity import TrackerEntity
from homeassistant.const import (
    ATTR_GPS_ACCURACY,
    ATTR_LATITUDE,
    ATTR_LONGITUDE,
    Platform,
)

from .entity import Mirror, ToldState, platform_async_setup_entry
from .remote.convert import number

PARALLEL_UPDATES = 0  # nothing is polled, and actions need not wait for each other


def _tracking(value: Any) -> dict[str, Any]:
    return {ATTR_TRACKING_TYPE: value}


class XmppIotDeviceTracker(ToldState, TrackerEntity):
    """A device tracker of another house, or a person."""

    mirrors: ClassVar[tuple[Mirror, ...]] = (
        Mirror(
            "capability_attributes", ATTR_TRACKING_TYPE, static=True, convert=_tracking
        ),
        Mirror(ATTR_LATITUDE, convert=number(-90, 90)),
        Mirror("location_accuracy", ATTR_GPS_ACCURACY, convert=number(), default=0),
        Mirror(ATTR_LONGITUDE, convert=number(-180, 180)),
        Mirror(ATTR_SOURCE_TYPE, convert=SourceType, default=SourceType.GPS),
    )
    shown: ClassVar[frozenset[str]] = frozenset({ATTR_IN_ZONES})


async_setup_entry = partial(
    platform_async_setup_entry,
    platform=Platform.DEVICE_TRACKER,
    entity=XmppIotDeviceTracker,
)
