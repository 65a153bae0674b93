"""The line on which the house chats: what it writes, and what owners say to it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from slixmpp import JID

from custom_components.xmpp_iot.wire.chat import BODY, QUICK_RESPONSE, Chats
from custom_components.xmpp_iot.wire.errors import NotConnected
from custom_components.xmpp_iot.wire.reader import Received
from custom_components.xmpp_iot.wire.xml import Element, escape, from_text

HOUSE: Final = "home@example.org"


@dataclass
class Paper:
    """A stream that keeps what is written, with whether it would be written again."""

    connected: bool = True
    stanzas: list[tuple[Element, Callable[[], bool]]] = field(default_factory=list)

    def send_stanza(self, text: str, *, still: Callable[[], bool]) -> None:
        """Keep a stanza."""
        if not self.connected:
            raise NotConnected("There is no session now.")
        stanza = from_text(text.replace(" ", " xmlns='jabber:client' ", 1))
        self.stanzas.append((stanza, still))


class Telephone:
    """The chat clients of all owners."""

    def __init__(self) -> None:
        """Have nothing said yet."""
        self.paper = Paper()
        self.chats = Chats(HOUSE, self.paper)

    def told(self) -> list[tuple[str, str]]:
        """Return to whom what was said since this was asked last."""
        found = [
            (stanza.get("to", ""), stanza.findtext(BODY, ""))
            for stanza, _ in self.paper.stanzas
        ]
        self.paper.stanzas.clear()
        return found

    def buttons(self) -> list[tuple[str | None, str | None]]:
        """Return value and label of what can be tapped in the last message."""
        stanza, _ = self.paper.stanzas[-1]
        responses = stanza.findall(QUICK_RESPONSE)
        return [(one.get("value"), one.get("label")) for one in responses]

    def code(self) -> str:
        """Return the code of the question that was asked last."""
        value, _ = self.buttons()[0]
        assert value is not None
        return value.removeprefix("1 ")

    def hear(
        self, text: str, sender: str, *, beside: str = "", kind: str = "chat"
    ) -> None:
        """Have something arrive at the house, with more XML beside it."""
        stanza = from_text(
            f"<message xmlns='jabber:client' from='{sender}' to='{HOUSE}' type='{kind}'>"
            f"<body>{escape(text)}</body>{beside}</message>"
        )
        self.chats.receive(Received(stanza), JID(sender))

    async def say(
        self, text: str, sender: str, *, beside: str = "", kind: str = "chat"
    ) -> None:
        """Say something to the house, which has taken it then."""
        self.hear(text, sender, beside=beside, kind=kind)
        taken = asyncio.Event()
        asyncio.get_running_loop().call_soon(taken.set)
        await taken.wait()
