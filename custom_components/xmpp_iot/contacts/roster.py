"""Keep the account's roster equal to the contacts, so that presence goes to them and to nobody else."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
import logging
from typing import Final, Protocol

from homeassistant.core import CALLBACK_TYPE, callback

from ..wire.errors import NotConnected
from ..wire.presence import SubscriptionRequest
from .grants import Grants

_LOGGER = logging.getLogger(__name__)

_THEY_SEE_US: Final = frozenset({"from", "both"})


class RosterSession(Protocol):
    """What this module needs of `wire.session.Session`."""

    @property
    def connected(self) -> bool:
        """Whether stanzas can be sent now."""

    @property
    def bare(self) -> str:
        """The account's own bare JID."""

    def roster(self) -> Mapping[str, str]:
        """Return the subscription (none, to, from or both) for each bare JID."""

    def befriended(self) -> frozenset[str]:
        """Return the bare JIDs of those whom the house itself put into the roster."""

    def befriend(self, jid: str, name: str) -> None:
        """Put somebody in the roster, and ask for both directions."""

    def unfriend(self, jid: str) -> None:
        """Take somebody out of the roster, with both directions."""

    def approve(self, jid: str) -> None:
        """Let somebody see our presence."""

    def refuse(self, jid: str) -> None:
        """Let somebody not see our presence, or not any longer."""

    def on_online(self, callback: Callable[[bool], None]) -> Callable[[], None]:
        """Call back when the session is up; with whether it is a resumed one."""

    def on_roster(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back when the roster has changed."""

    def on_subscription_request(
        self, callback: Callable[[SubscriptionRequest], None]
    ) -> Callable[[], None]:
        """Call back with the request of somebody who asks to see our presence."""


class Agreement(Protocol):
    """Who has to agree that a contact sees our presence."""

    @property
    def asks(self) -> bool:
        """Whether anybody has to."""

    def async_ask(self, jid: str, what: str, agreed: Callable[[], None]) -> None:
        """Call `agreed`, which does `what`, when a contact may see our presence."""


class RosterKeeper:
    """Asks, answers and refuses presence subscriptions as the contacts demand.

    Nothing is sent while the session is down; what is still to be done is done when it is back. Each
    contact is asked once a session, because a roster item says nothing about who declined.
    """

    def __init__(
        self,
        session: RosterSession,
        grants: Grants,
        others: Callable[[], Mapping[str, str]] = dict,
        *,
        redeem: Callable[[str, str, str], bool] = lambda _jid, _name, _token: False,
        meet: Callable[[SubscriptionRequest], None] = lambda _request: None,
        agreement: Agreement | None = None,
    ) -> None:
        """Do nothing yet; `others` names those who are no contacts and whose presence is wanted.

        `redeem` makes a contact of who brings the token of an invite, and says whether it did; `meet`
        takes the requests of all other strangers; `agreement` is asked before a contact sees our presence.
        """
        self._session = session
        self._grants = grants
        self._others = others
        self._redeem = redeem
        self._meet = meet
        self._agreement = agreement
        self._unsubscribe: list[CALLBACK_TYPE] = []
        self._removed: set[str] = set()  # former contacts, still in the roster
        self._dropped: set[str] = set()  # and the roster does not show it yet
        self._asked: set[str] = set()
        self._names: dict[str, str] = {}  # as the roster has them
        self._refused: set[str] = set()  # and the roster does not show it yet

    @callback
    def async_start(self) -> None:
        """Begin to follow the session, and do what is to be done if it is up."""
        self._unsubscribe = [
            self._session.on_online(self._online),
            self._session.on_roster(self._reconcile),
            self._session.on_subscription_request(self._requested),
        ]
        self._reconcile()

    @callback
    def async_stop(self) -> None:
        """Stop following the session."""
        while self._unsubscribe:
            self._unsubscribe.pop()()

    @callback
    def async_contacts_changed(self, removed: Iterable[str] = ()) -> None:
        """Follow a change of the contacts; `removed` are the bare JIDs of those who were.

        Called after the grants know the new contacts.
        """
        self._removed.update(removed)
        self._reconcile()

    @callback
    def _online(self, resumed: bool) -> None:
        """Begin a session, or go on with one (XEP-0198)."""
        if not resumed:
            self._asked.clear()
            self._refused.clear()
            self._dropped.clear()
        self._reconcile()

    @callback
    def _requested(self, request: SubscriptionRequest) -> None:
        """Approve a friend's request to see our presence, and an invited one's; leave others without an answer."""
        bare, token = request.bare, request.token
        invited = token is not None and self._redeem(bare, request.nickname, token)
        if invited or bare in self.friends:
            approve = partial(self._session.approve, bare)
            self._try(partial(self._show_to, bare, "approve", approve))
        else:
            self._meet(request)

    @callback
    def async_hide_from(self, bare: str) -> None:
        """Let a contact not see our presence any longer, until it is agreed to again."""
        seeing = self._session.roster().get(bare) in _THEY_SEE_US
        if seeing and self._grants.admits(bare):
            self._asked.discard(bare)
            self._try(partial(self._session.refuse, bare))

    def _show_to(self, jid: str, what: str, send: Callable[[], None]) -> None:
        """Send what lets somebody see our presence; for a contact as soon as that is agreed to."""
        agreement = self._agreement
        if agreement is None or not agreement.asks or not self._grants.admits(jid):
            send()
        else:
            agreement.async_ask(jid, what, partial(self._agreed, jid, send))

    def _agreed(self, jid: str, send: Callable[[], None]) -> None:
        """Send what was agreed to, unless nobody is to have it any more."""
        if not self._grants.admits(jid):
            return
        try:
            send()
        except NotConnected:
            self._asked.discard(jid)  # so it is asked for when the session is back

    @property
    def friends(self) -> Mapping[str, str]:
        """The bare JIDs of those who exchange presence with the house, and their names."""
        contacts = {contact.jid: contact.name for contact in self._grants.contacts}
        return {**self._others(), **contacts}

    @callback
    def _reconcile(self) -> None:
        """Send what makes the roster equal to the contacts."""
        if self._session.connected:
            self._try(self._send_differences)

    def _try(self, send: Callable[[], None]) -> None:
        """Send; when the link breaks meanwhile, the rest is sent when it is back.

        (A server repeats unanswered subscription requests at every log-in: RFC 6121 section 3.1.3.)
        """
        try:
            send()
        except NotConnected:
            _LOGGER.debug("The roster is brought up to date when the session is back")

    def _send_differences(self) -> None:
        """Bring the roster up to date."""
        roster = self._session.roster()
        self._drop_the_removed()
        for jid, name in self.friends.items():
            self._welcome(jid, name, roster.get(jid))
        self._refuse_the_rest(roster)

    def _drop_the_removed(self) -> None:
        """Take both directions of the subscription from former contacts.

        Those are the ones removed now, and the ones removed while nobody was there to tell the server:
        the roster still has them as the house's own doing.
        """
        befriended = self._session.befriended()
        self._dropped &= befriended
        for jid in self._removed | (befriended - self._dropped):
            if jid not in self.friends:  # else a contact, perhaps again
                self._session.unfriend(jid)
                self._asked.discard(jid)
                self._names.pop(jid, None)
                self._refused.add(jid)
                self._dropped.add(jid)
            self._removed.discard(jid)

    def _welcome(self, jid: str, name: str, subscription: str | None) -> None:
        """Ask for, and give, the presence that is missing; tell the roster of another name."""
        missing = subscription != "both" and jid not in self._asked
        if missing or self._names.get(jid, name) != name:
            befriend = partial(self._session.befriend, jid, name)
            self._show_to(jid, "befriend", befriend)
            self._asked.add(jid)
        self._names[jid] = name
        self._refused.discard(jid)

    def _refuse_the_rest(self, roster: Mapping[str, str]) -> None:
        """Take our presence from everybody else who would see it."""
        seeing = {
            jid
            for jid, subscription in roster.items()
            if subscription in _THEY_SEE_US
            and jid != self._session.bare
            and jid not in self.friends
        }
        self._refused &= seeing
        for jid in seeing - self._refused:
            self._session.refuse(jid)
            self._refused.add(jid)
