"""Descriptions of nodes that have just gone."""

import pytest

from custom_components.xmpp_iot.concentrator.nodes import NodeDescriber
from custom_components.xmpp_iot.concentrator.tree import Trees
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er


@pytest.mark.parametrize("node", ["area:gone", "device:gone", "light.gone"])
async def test_what_has_gone_is_not_described(hass: HomeAssistant, node: str) -> None:
    """Between two changes of a registry a tree may name what is no more."""
    describer = NodeDescriber(hass)
    sight = describer.sight(Trees(hass).of(frozenset()), lambda *_: True)
    assert describer.describe(node, sight) is None


@pytest.mark.parametrize(
    ("options", "decimals"),
    [
        ({}, None),
        ({"suggested_display_precision": 2}, 2),
        ({"suggested_display_precision": 2, "display_precision": 0}, 0),
        ({"display_precision": None, "suggested_display_precision": 1}, 1),
    ],
)
async def test_how_many_decimals_to_show_is_told(
    hass: HomeAssistant, options: dict[str, int | None], decimals: int | None
) -> None:
    """What the owner of a sensor chose counts before what its integration suggests."""
    registry = er.async_get(hass)
    entry = registry.async_get_or_create("sensor", "test", "1", suggested_object_id="a")
    registry.async_update_entity_options(entry.entity_id, "sensor", options)
    hass.states.async_set("sensor.a", "1.234")
    tree = Trees(hass).of(frozenset({"sensor.a"}))
    describer = NodeDescriber(hass)

    info = describer.describe("sensor.a", describer.sight(tree, lambda *_: True))

    assert info is not None
    told = {one.id: one.value for one in info.parameters}
    assert told.get("suggested_display_precision") == decimals
