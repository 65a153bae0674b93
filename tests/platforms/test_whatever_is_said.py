"""Whatever another house says, its entities show something of it or nothing, and harm nothing else.

An exception in an entity would end the visit to the house; one state that cannot be JSON would keep all of
this house's states from being shown.
"""

from datetime import UTC, date, datetime, time, timedelta
import importlib
from random import Random
from typing import Final

import pytest

from custom_components.xmpp_iot.entity import Maker, XmppIotEntity
from custom_components.xmpp_iot.remote.node import RemoteNode
from custom_components.xmpp_iot.remote.platforms import OWN
from custom_components.xmpp_iot.wire.model import (
    Field,
    NodeInfo,
    NodeParameter,
    NodeRef,
    Reading,
    Value,
    ValueType,
)
from homeassistant.const import Platform

from .conftest import Cabin

NODES: Final = 8
CHANGES: Final = 10  # of each
SEED: Final = 7

SAID: Final[tuple[tuple[ValueType, tuple[Value, ...]], ...]] = (
    (
        ValueType.STRING,
        (
            "",
            "on",
            "x" * 300,
            "\n\t<b>**x**</b>",
            '["a","b"]',
            '{"a": 1}',
            r'["\ud800"]',
            '{"x": 99999999999999999999}',
            "[" * 300 + "]" * 300,
            "[NaN]",
            "[1e999]",
            "[1,2,3]",
            "[[]",
            "(a",
            "2025-01-01",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-12:00",
            "12:00:00+02:00",
            "FFFFFF",
            "home",
            "energy",
            "temperature",
            "timestamp",
            "enum",
            "measurement",
            "total",
            "°C",
            "kWh",
            "heat",
            "opening",
        ),
    ),
    (
        ValueType.DOUBLE,
        (0, -1, 0.5, 255, 1e308, -1e308, float("inf"), float("nan"), 10**15),
    ),
    (ValueType.LONG, (2**63 - 1, -(2**63))),
    (ValueType.BOOLEAN, (True, False)),
    (
        ValueType.DATE_TIME,
        (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)),
    ),
    (ValueType.DATE, (date.min, date.max)),
    (ValueType.TIME, (time(1, 2), time(1, 2, tzinfo=UTC))),
    (ValueType.DURATION, (timedelta(days=-1), timedelta.max)),
)
# Names that mean something to Home Assistant, whatever the platform.
MEANT: Final = ("device_class", "entity_id", "friendly_name", "last_reset", "options")


class Liar:
    """A house that says anything."""

    def __init__(self, platform: Platform) -> None:
        """Say it of nodes of one platform."""
        self._platform = platform
        self._random = Random(SEED)
        self._at = datetime(2025, 11, 21, tzinfo=UTC)
        self.names: list[str] = []

    def describe(self, number: int) -> NodeInfo:
        """Return a node with some parameters."""
        said = [(name, self._value()) for name in self.names if self._is(0.4)]
        return NodeInfo(
            ref=NodeRef(f"{self._platform}.e{number}", "entities"),
            node_type=f"homeassistant.{self._platform}",
            display_name=f"e{number}",
            is_readable=True,
            parameters=tuple(NodeParameter(name, name, *one) for name, one in said),
        )

    def read(self, node: RemoteNode) -> Reading:
        """Return a reading of some fields."""
        self._at += timedelta(seconds=1)
        said = [(name, *self._value()) for name in self.names if self._is(0.6)]
        fields = (
            Field(name=name, type=kind, value=value, unit="°C" if self._is(0.3) else "")
            for name, kind, value in said
        )
        return Reading(node=node.info.ref, at=self._at, fields=tuple(fields))

    def change(self, node: RemoteNode, number: int) -> None:
        """Say something else of a node."""
        if self._is(0.3):
            node.describe(self.describe(number))
        else:
            node.take(self.read(node))

    def _is(self, likely: float) -> bool:
        return self._random.random() < likely

    def _value(self) -> tuple[ValueType, Value]:
        kind, values = self._random.choice(SAID)
        return kind, self._random.choice(values)


def names_of(entity: XmppIotEntity) -> list[str]:
    """Return the names of what an entity looks at."""
    looked_at = {str(one.source) for one in entity.mirrors}
    return sorted({"state", *looked_at, *map(str, entity.shown), *MEANT})


@pytest.mark.parametrize("platform", sorted(OWN))
async def test_an_entity_shows_what_can_be_shown(
    cabin: Cabin, platform: Platform
) -> None:
    """Of anything at all."""
    module = importlib.import_module(f"custom_components.xmpp_iot.{platform}")
    maker: Maker = module.async_setup_entry.keywords["entity"]
    liar = Liar(platform)
    liar.names = names_of(maker(cabin.house, RemoteNode(liar.describe(0))))
    for number in range(NODES):
        node = RemoteNode(liar.describe(number))
        node.take(liar.read(node))
        shown = await cabin.show(node, maker)
        for _ in range(CHANGES):
            liar.change(node, number)
            assert cabin.state(shown.entity_id).as_dict_json
