"""Descriptions of nodes that have just gone."""

import pytest

from custom_components.xmpp_iot.concentrator.nodes import NodeDescriber
from custom_components.xmpp_iot.concentrator.tree import Trees
from homeassistant.core import HomeAssistant


@pytest.mark.parametrize("node", ["area:gone", "device:gone", "light.gone"])
async def test_what_has_gone_is_not_described(hass: HomeAssistant, node: str) -> None:
    """Between two changes of a registry a tree may name what is no more."""
    describer = NodeDescriber(hass)
    sight = describer.sight(Trees(hass).of(frozenset()), lambda *_: True)
    assert describer.describe(node, sight) is None
