"""Switches of other houses."""

from custom_components.xmpp_iot.switch import XmppIotSwitch

from .conftest import Cabin, differences


async def test_it_is_like_the_one_over_there(cabin: Cabin) -> None:
    """A switch shows what the other house says of it."""
    node = cabin.node("switch.ac", "on", device_class="outlet", power=7.5)

    shown = await cabin.show(node, XmppIotSwitch)

    assert differences(cabin.originals["switch.ac"], shown) == {}
