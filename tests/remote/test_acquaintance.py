"""What somebody says of itself."""

from typing import Any, cast, override

import pytest

from custom_components.xmpp_iot.remote.acquaintance import meet, meet_any
from custom_components.xmpp_iot.wire.dialects import FAMILIES
from custom_components.xmpp_iot.wire.disco import INFO
from custom_components.xmpp_iot.wire.errors import NoAnswer
from custom_components.xmpp_iot.wire.peer import Correspondence
from custom_components.xmpp_iot.wire.xml import Element, clark, element

from .street import Street


class Silent(Street):
    """Those who answer with nothing."""

    @override
    async def iq(self, *_: object, **__: object) -> Element | None:
        """Answer with an empty result."""
        return None


async def test_who_says_nothing_of_itself_is_nobody() -> None:
    """An empty answer to service discovery names no protocol."""
    assert await meet(Silent(), "a@example.org/b") is None


class Household:
    """An account with a device, a concentrator, and one who does not answer."""

    async def iq(self, jid: str, *_: Any, **__: Any) -> Element:
        """Say what somebody speaks."""
        if jid == "asleep":
            raise NoAnswer("No answer.")
        named = {"device": FAMILIES[0].sensor_data, "house": FAMILIES[0].concentrator}
        feature = element(clark(INFO, "feature"), {"var": named[jid]})
        return element(clark(INFO, "query"), {}, feature)


@pytest.mark.parametrize(
    ("online", "has_nodes", "found"),
    [
        (("asleep", "device", "house"), False, "device"),
        (("asleep", "device", "house"), True, "house"),
        (("device", "asleep"), True, "device"),
    ],
)
async def test_nodes_are_behind_a_concentrator_if_there_is_one(
    online: tuple[str, ...], has_nodes: bool, found: str
) -> None:
    """A device of the same account, which comes first, is not asked for them."""
    session = cast(Correspondence, Household())
    known = await meet_any(session, online, has_nodes=has_nodes)
    assert known is not None
    assert known.jid == found
