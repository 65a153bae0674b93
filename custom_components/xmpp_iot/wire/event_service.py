"""Event subscription, answered (Neuro-Foundation only)."""

from collections.abc import Callable

from .call import Call, Routes
from .dialects import Dialect
from .errors import BadRequest
from .event_subscription import (
    SUBSCRIBE,
    UNSUBSCRIBE,
    decode_subscribe,
    decode_unsubscribe,
)
from .model import HISTORICAL
from .outbox import Outbox
from .provider import Provider, Transport
from .sensor_data import encode_accepted
from .subscriptions import Subscriptions
from .xml import Element, clark


class EventService:
    """Tells those who subscribe what happens to the values they may read."""

    def __init__(
        self, provider: Provider, transport: Transport, outbox: Outbox
    ) -> None:
        """Follow `provider` for those whom `transport` reaches; events leave by `outbox`."""
        self._provider = provider
        self._transport = transport
        self._subscriptions = Subscriptions(provider, outbox.post, transport.is_present)
        self._unregister: list[Callable[[], None]] = []

    def routes(self, dialect: Dialect) -> Routes:
        """Return who answers; nobody in a dialect without events."""
        if not dialect.events:
            return {}
        return {
            clark(dialect.events, SUBSCRIBE): self._subscribe,
            clark(dialect.events, UNSUBSCRIBE): self._unsubscribe,
        }

    def start(self) -> None:
        """Notice who leaves, and who may see less."""
        self._unregister = [
            self._transport.on_gone(self._subscriptions.gone),
            self._provider.follow_rights(self._subscriptions.rights_changed),
        ]

    async def stop(self) -> None:
        """End all subscriptions."""
        for unregister in self._unregister:
            unregister()
        self._unregister.clear()
        await self._subscriptions.stop()

    async def _subscribe(self, call: Call) -> Element | None:
        """Accept a subscription, in the namespace its events will be in."""
        wish = decode_subscribe(call.payload, call.dialect)
        if not wish.nodes:
            raise BadRequest("Name the nodes to follow.")
        if wish.categories and wish.categories <= HISTORICAL:
            raise BadRequest("Events tell what is now; read what was.")
        await self._subscriptions.subscribe(call.caller, wish, call.dialect)
        return encode_accepted(wish.id, call.dialect)

    async def _unsubscribe(self, call: Call) -> Element | None:
        identifier = decode_unsubscribe(call.payload, call.dialect)
        self._subscriptions.unsubscribe(call.caller, identifier)
        return None
