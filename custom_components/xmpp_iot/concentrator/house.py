"""The concentrator: answers what contacts ask of this house's nodes, and tells them what happens.

Every part asks the gate first (guard.py). What a contact may not see does not exist for it; what it may see
and not do is forbidden.
"""

from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from datetime import datetime
from functools import partial

from homeassistant.core import HomeAssistant, State

from ..contacts.consent import Consent
from ..contacts.grants import Grants
from ..contacts.opinion import SecondOpinion
from ..wire.errors import FeatureNotImplemented, StanzaError
from ..wire.form_model import Form
from ..wire.happening import NodeEvent
from ..wire.model import (
    Caller,
    Capabilities,
    ControlFormRequest,
    ControlRequest,
    NodeRef,
    Operation,
    Reading,
    ReadRequest,
    TreeAnswer,
    TreeRequest,
)
from ..wire.node_events import EVENT_REQUESTS
from ..wire.once import Once
from ..wire.report import ReportItem
from .actions import Actions
from .asking import Asking
from .commands import Commands
from .editing import Editing
from .fields import FieldReader
from .following import ValueFollowers
from .guard import Guard
from .history import History
from .history_queries import HistoryQueries
from .listing import FeedAddress, Listing
from .localize import Localizer
from .node_events import NodeEvents
from .nodes import NodeDescriber
from .offers import Offers
from .operations import Performs, TreeOperations
from .orders import Orders
from .pictures import Pictures
from .queries import Queries
from .reading import Reader
from .recording import Recording, Wish
from .seconding import Seconding
from .tree import Trees
from .turns import Turns
from .uploads import Uploads
from .workshop import Workshop


class Concentrator:
    """This house as a concentrator (implements wire.provider.Provider)."""

    def __init__(
        self,
        hass: HomeAssistant,
        grants: Grants,
        actions: Actions,
        reader: FieldReader,
        *,
        feed_address: FeedAddress,
        uploads: Uploads,
        consent: Consent | None = None,
        opinion: SecondOpinion | None = None,
    ) -> None:
        """Answer for what `grants` lets a caller see and do.

        `feed_address` says where to follow it, `uploads` stores pictures, `consent` asks the owner,
        and `opinion` whoever has to agree as well.
        """
        self._grants = grants
        self._trees = Trees(hass)
        self._guard = Guard(hass, grants, self._trees)
        self._commands = Commands(hass)
        localizer = Localizer(hass)
        offers = Offers(
            HistoryQueries(hass, History(hass, reader), localizer.text),
            Pictures(hass, uploads, localizer.text),
        )
        describer = NodeDescriber(hass, partial(_commanded, self._commands, offers))
        listing = Listing(
            self._guard, describer, localizer, self._commands, feed_address
        )
        second = Seconding(self._guard, opinion)
        shop = Workshop(
            guard=self._guard,
            actions=actions,
            asking=Asking(actions, consent),
            second=second,
            turns=Turns(),
            commands=self._commands,
            offers=offers,
            localizer=localizer,
        )
        self._reader = Reader(hass, self._guard, localizer, reader, second)
        self._tree = TreeOperations(hass, self._guard, self._trees, listing)
        self._once = Once()
        self._orders = Orders(shop, self._once)
        self._queries = Queries(shop)
        self._recording = Recording(hass, grants, actions.record)
        self._values = ValueFollowers(hass)
        self._events = NodeEvents(hass, grants, self._guard, describer, localizer)
        self._operations: Performs = {
            Operation.GET_CAPABILITIES: self._capabilities,
            **self._tree.operations,
            **self._orders.operations,
            **Editing(hass, shop, listing).operations,
        }

    def start(self) -> None:
        """Follow the registries."""
        self._trees.async_start()

    def stop(self) -> None:
        """Stop following anything."""
        self._events.async_stop()
        self._values.async_stop()
        self._trees.async_stop()

    @property
    def life(self) -> str:
        """What names this house as long as it remembers which orders were carried out."""
        return self._once.life

    async def tree(self, caller: Caller, request: TreeRequest) -> TreeAnswer:
        """Answer a concentrator request (XEP-0326)."""
        with self._recording.watch(Wish.tree(caller, request)):
            self._guard.contact(caller)  # it may have been one when it asked
            if (perform := self._operations.get(request.operation)) is None:
                raise FeatureNotImplemented(
                    f"{request.operation} is not performed here."
                )
            return await perform(caller, request)

    def read(
        self, caller: Caller, request: ReadRequest
    ) -> AsyncGenerator[Sequence[Reading]]:
        """Read nodes (XEP-0323); one that cannot be read is a reading with an error."""
        wish = Wish(caller=caller, action="read", nodes=request.nodes)
        return self._recording.watched(wish, self._reader.read(caller, request))

    async def control(self, caller: Caller, request: ControlRequest) -> None:
        """Set parameters (XEP-0325): all is checked for all nodes before anything is done."""
        with self._recording.watch(Wish.control(caller, request)):
            await self._orders.control(caller, request)

    async def control_form(self, caller: Caller, request: ControlFormRequest) -> Form:
        """Return the form of the parameters common to the nodes (XEP-0325 getForm)."""
        wish = Wish(caller=caller, action="getForm", nodes=request.nodes)
        with self._recording.watch(wish):
            return await self._orders.control_form(caller, request)

    def query(
        self, caller: Caller, request: TreeRequest
    ) -> AsyncGenerator[Sequence[ReportItem]]:
        """Report what a query command of a node finds (XEP-0326 section 3.6.6)."""
        wish = Wish.tree(caller, request)
        return self._recording.watched(wish, self._queries.run(caller, request))

    def unread(self, caller: Caller, tag: str, error: StanzaError) -> None:
        """Take note that a request was refused before it came here; its payload has that tag."""
        self._recording.unread(caller, tag, error)

    async def interfaces(self, caller: Caller, node: NodeRef) -> tuple[str, ...]:
        """Return the names of the interoperability interfaces a node has."""
        return self._tree.interfaces(caller, node)

    def visible(self, caller: Caller, nodes: Iterable[NodeRef]) -> tuple[NodeRef, ...]:
        """Return those of the nodes that the caller may read now."""
        return self._guard.visible(caller, nodes)

    def follow_values(
        self, nodes: Iterable[NodeRef], changed: Callable[[NodeRef], None]
    ) -> Callable[[], None]:
        """Call `changed` when a node has new values, until the returned function is called."""
        return self._values.async_follow(nodes, changed)

    def follow_rights(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Call `changed` after contacts or what they see have changed, until the returned function is called."""
        return self._grants.async_listen(changed)

    async def prepare_events(self, caller: Caller, source: str) -> None:
        """Take the time to look at all the caller sees, so that it can follow that at once."""
        await self._events.prepare(caller, source)

    def follow_nodes(
        self,
        caller: Caller,
        source: str,
        happened: Callable[[Sequence[NodeEvent]], None],
    ) -> Callable[[], None]:
        """Call `happened` with what happens to the nodes the caller sees, until the returned function is called."""
        return self._events.async_follow(caller, source, happened)

    def happened_since(
        self, caller: Caller, source: str, since: datetime
    ) -> Sequence[NodeEvent] | None:
        """Return what happened to the nodes the caller sees; None where nobody knows that far back."""
        return self._events.happened_since(caller, source, since)

    async def _capabilities(self, caller: Caller, request: TreeRequest) -> TreeAnswer:
        return Capabilities((*Operation, *sorted(EVENT_REQUESTS)))


def _commanded(commands: Commands, offers: Offers, state: State) -> bool:
    """Return whether an entity has any command."""
    return bool(offers.offered(state, "")) or commands.any(state)
