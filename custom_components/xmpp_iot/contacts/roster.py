"""Keep the account's roster equal to the contacts, so that presence goes to them and to nobody else."""

from collections.abc import Callable, Iterable, Mapping
import logging
from typing import Final, Protocol

from homeassistant.core import CALLBACK_TYPE, callback

from ..wire.errors import NotConnected
from .grants import Grants

_LOGGER = logging.getLogger(__name__)

_THEY_SEE_US: Final = frozenset({"from", "both"})
_STRANGERS_NAMED: Final = 100  # a spammer does not fill the log, nor the memory


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
        self, callback: Callable[[str], None]
    ) -> Callable[[], None]:
        """Call back with the bare JID of somebody who asks to see our presence."""


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
    ) -> None:
        """Do nothing yet; `others` names those who are no contacts and whose presence is wanted."""
        self._session = session
        self._grants = grants
        self._others = others
        self._unsubscribe: list[CALLBACK_TYPE] = []
        self._removed: set[str] = set()  # former contacts, still in the roster
        self._dropped: set[str] = set()  # and the roster does not show it yet
        self._asked: set[str] = set()
        self._names: dict[str, str] = {}  # as the roster has them
        self._refused: set[str] = set()  # and the roster does not show it yet
        self._strangers: set[str] = set()

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
    def _requested(self, bare: str) -> None:
        """Approve a contact's request to see our presence; leave others without an answer."""
        if bare in self.friends:
            self._try(lambda: self._session.approve(bare))
        elif bare not in self._strangers and len(self._strangers) < _STRANGERS_NAMED:
            self._strangers.add(bare)
            _LOGGER.info("%s is no contact and asked for our presence", bare)

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
            self._session.befriend(jid, name)
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
