"""Somebody who answers as a test wants it, in plain XML, and sends what it wants."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from custom_components.xmpp_iot.wire.stanzas import Kind
from custom_components.xmpp_iot.wire.xml import Element, from_text, split_tag, to_text

THING = "thing@example.org/thing"

type Answer = str | Exception | Callable[[Element], str]


@dataclass
class Things:
    """The session with somebody (implements wire.peer.Correspondence)."""

    answers: dict[str, Answer] = field(default_factory=dict)
    """By the name of what is asked; nothing is an empty result."""
    asked: list[str] = field(default_factory=list)
    handlers: dict[str, Callable[[str, Element], None]] = field(default_factory=dict)

    async def iq(
        self,
        to: str | None,
        payload: Element,
        *,
        kind: Kind = "get",
        timeout: float = 10,
    ) -> Element | None:
        """Answer."""
        assert to == THING
        self.asked.append(to_text(payload))
        answer = self.answers.get(split_tag(payload.tag)[1], "")
        if isinstance(answer, Exception):
            raise answer
        text = answer(payload) if callable(answer) else answer
        return from_text(text) if text else None

    def handle_reply(
        self, tags: Iterable[str], handler: Callable[[str, Element], None]
    ) -> Callable[[], None]:
        """Have messages handled."""
        wanted = tuple(tags)
        self.handlers |= dict.fromkeys(wanted, handler)

        def stop() -> None:
            for tag in wanted:
                del self.handlers[tag]

        return stop

    def on_gone(self, callback: Callable[[str | None], None]) -> Callable[[], None]:
        """Nobody goes."""
        return lambda: None

    def tell(self, text: str, sender: str = THING) -> None:
        """Send a message."""
        message = from_text(text)
        self.handlers[message.tag](sender, message)
