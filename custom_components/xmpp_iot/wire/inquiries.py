"""What the house asks others: in its own language, and nothing that their presence says already."""

from collections.abc import Callable

from .capabilities import Capabilities
from .requests import Requests
from .stanzas import Kind
from .xml import Element


class Inquiries:
    """Asks by `requests`, in the language that `language` says (None: in none)."""

    def __init__(self, requests: Requests, language: Callable[[], str | None]) -> None:
        self.capabilities = Capabilities()
        """What presence says of those who can be asked."""
        self._requests = requests
        self._language = language

    async def ask(
        self, to: str | None, payload: Element, *, kind: Kind, timeout: float
    ) -> Element | None:
        """Ask `to` (None: the own account) and return the payload of the result; raises as `Requests.ask`."""
        if (known := self.capabilities.answer(to, payload)) is not None:
            return known
        answer = await self._requests.ask(
            to, payload, kind=kind, timeout=timeout, language=self._language()
        )
        self.capabilities.learn(to, payload, answer)
        return answer
