"""What somebody says of itself."""

from typing import override

from custom_components.xmpp_iot.remote.acquaintance import meet
from custom_components.xmpp_iot.wire.xml import Element

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
