"""The server side of the IoT protocols: requests of all dialects to the house, its answers back.

Whatever answers a request, now or later, is in the namespace the request came in. Each protocol is a part
of its own; this puts them together.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from .call import Answerer, Call, Part, in_payload_language
from .clock_service import ClockService
from .control_service import ControlService
from .dialects import FAMILIES, Dialect
from .errors import ServiceUnavailable
from .event_service import EventService
from .form_service import FormSessions
from .forms import COLOR, DYNAMIC, FORM, VALIDATE
from .interface_service import InterfaceService
from .outbox import Outbox
from .paging import RSM
from .provider import Provider, Request, Transport
from .sensor_service import SensorService
from .source_events import SourceEvents
from .tree_service import TreeService
from .unanswered import UnansweredControl
from .xml import Element

_FORM_FEATURES: Final = (FORM, VALIDATE, DYNAMIC, COLOR)


def features() -> tuple[str, ...]:
    """Return the service discovery features of what is spoken here (XEP-0030)."""
    spoken = {
        namespace: None
        for dialect in FAMILIES
        for namespace in (
            dialect.sensor_data,
            dialect.control,
            dialect.concentrator,
            dialect.events,
            dialect.synchronization,
            dialect.interfaces,
        )
        if namespace
    }
    return (*spoken, *_FORM_FEATURES, RSM)


class IoTService:
    """Answers the requests of all dialects from one provider."""

    def __init__(
        self, session: Transport, provider: Provider, more: Iterable[Part] = ()
    ) -> None:
        """Serve `provider` to whom `session` lets in, and `more` parts, from `start` until `stop`."""
        self._session = session
        outbox = Outbox(session.send_message, session.flush)
        forms = FormSessions(session)
        self._parts: tuple[Part, ...] = (
            SensorService(provider, session, outbox),
            ControlService(provider, forms),
            TreeService(provider, session, outbox, forms),
            SourceEvents(provider, session, outbox),
            forms,
            EventService(provider, session, outbox),
            ClockService(),
            InterfaceService(provider),
            UnansweredControl(provider, session),
            *more,
        )
        self._routes: Mapping[str, tuple[Answerer, Dialect]] = {
            tag: (answerer, dialect)
            for dialect in FAMILIES
            for part in self._parts
            for tag, answerer in part.routes(dialect).items()
        }
        self._unregister: Callable[[], None] | None = None

    def start(self) -> None:
        """Begin to answer."""
        for part in self._parts:
            part.start()
        self._unregister = self._session.handle_iq(self._routes, self._handle)

    async def stop(self) -> None:
        """Answer no more and end what is under way."""
        if self._unregister is not None:
            self._unregister()
            self._unregister = None
        for part in self._parts:
            await part.stop()

    async def _handle(self, request: Request) -> Element | None:
        if self._unregister is None:
            raise ServiceUnavailable  # the request was on its way to us when we stopped
        payload = request.payload
        answerer, dialect = self._routes[payload.tag]
        caller = in_payload_language(request.caller, payload)
        return await answerer(Call(caller, request.kind, payload, dialect))
