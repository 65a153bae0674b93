"""The road from the far house to this end of it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import override

from custom_components.xmpp_iot.wire.xml import Element, from_text, to_text
from tests.wire.conversation import Line

from .far_nodes import FULL


@dataclass
class Road(Line):
    """What the far house sends by itself."""

    deliver: Callable[[str, Element], None] = lambda _, __: None

    @override
    def send_message(
        self, to: str, payload: Element | str, *, kind: str = "normal"
    ) -> None:
        """Take it to the other end."""
        super().send_message(to, payload, kind=kind)
        text = payload if isinstance(payload, str) else to_text(payload)
        asyncio.get_running_loop().call_soon(self.deliver, FULL, from_text(text))
