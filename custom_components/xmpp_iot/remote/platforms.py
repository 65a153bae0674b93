"""Which platform shows a node: that of its own domain, or the one nearest to it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from homeassistant.const import Platform

from .node import RemoteNode

# A device and an area are what nodes are in, and nothing to show.
_CONTAINERS: Final = frozenset({"area", "device"})

# Platforms that show nodes of the domain of their name.
OWN: Final = frozenset(
    {
        Platform.ALARM_CONTROL_PANEL,
        Platform.BINARY_SENSOR,
        Platform.BUTTON,
        Platform.CALENDAR,
        Platform.CAMERA,
        Platform.CLIMATE,
        Platform.COVER,
        Platform.DATE,
        Platform.DATETIME,
        Platform.DEVICE_TRACKER,
        Platform.EVENT,
        Platform.FAN,
        Platform.HUMIDIFIER,
        Platform.IMAGE,
        Platform.LAWN_MOWER,
        Platform.LIGHT,
        Platform.LOCK,
        Platform.MEDIA_PLAYER,
        Platform.NUMBER,
        Platform.REMOTE,
        Platform.SCENE,
        Platform.SELECT,
        Platform.SENSOR,
        Platform.SIREN,
        Platform.SWITCH,
        Platform.TEXT,
        Platform.TIME,
        Platform.TODO,
        Platform.UPDATE,
        Platform.VACUUM,
        Platform.VALVE,
        Platform.WATER_HEATER,
        Platform.WEATHER,
    }
)

# Platforms that show what has none of its own, with the same actions under the same names.
_NEAREST: Final[Mapping[str, Platform]] = MappingProxyType(
    {
        "automation": Platform.SWITCH,
        "counter": Platform.NUMBER,
        "input_boolean": Platform.SWITCH,
        "input_button": Platform.BUTTON,
        "input_number": Platform.NUMBER,
        "input_select": Platform.SELECT,
        "input_text": Platform.TEXT,
        "person": Platform.DEVICE_TRACKER,
        "schedule": Platform.BINARY_SENSOR,
        # It is on while it runs, and turning it off stops it: a button would show neither.
        "script": Platform.SWITCH,
    }
)


def _input_datetime(node: RemoteNode) -> Platform | None:
    """Return what shows a date, a time or both; None as long as the node was not read."""
    parts = node.value("has_date") is True, node.value("has_time") is True
    return {
        (True, True): Platform.DATETIME,
        (True, False): Platform.DATE,
        (False, True): Platform.TIME,
    }.get(parts)


_BY_FIELDS: Final[Mapping[str, Callable[[RemoteNode], Platform | None]]] = (
    MappingProxyType({"input_datetime": _input_datetime})
)

# How the action is called that sets the value of a node.
_SETTERS: Final[Mapping[str, str]] = MappingProxyType(
    {"input_datetime": "set_datetime"}
)


def platform_of(node: RemoteNode) -> Platform | None:
    """Return the platform that shows a node of another Home Assistant.

    None for what is none, for what is no entity, and for what cannot be told before it was read. What has no
    nearer platform is a sensor: everything can be read.
    """
    domain = node.domain
    if not domain or domain in _CONTAINERS:
        return None
    if (choose := _BY_FIELDS.get(domain)) is not None:
        return choose(node)
    if domain in OWN:
        return Platform(domain)
    return _NEAREST.get(domain, Platform.SENSOR)


def setter(node: RemoteNode) -> str:
    """Return the name of the action that sets a node's value."""
    return _SETTERS.get(node.domain, "set_value")
