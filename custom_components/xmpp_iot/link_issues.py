"""Repair issues of an account's connection; each goes away by itself when what it tells of is over."""

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_track_time_interval

from .concentrator.feeds import Feeds
from .const import DOMAIN
from .contacts.grants import Grants
from .contacts.wording import escaped
from .wire.pubsub import Headlines
from .wire.session import Session

FLAPS: Final = 6  # losses of the connection that are no trouble yet
LOOK: Final = timedelta(seconds=60)
WINDOW: Final = 600.0  # seconds in which they are counted

ISSUE_CONTACT_LOST: Final = "contact_lost"
ISSUE_FLAPPING: Final = "link_flapping"
ISSUE_NO_PUBSUB: Final = "no_pubsub"
ISSUE_SECOND_CLIENT: Final = "second_client"

_SEVERITIES: Final = {
    ISSUE_CONTACT_LOST: ir.IssueSeverity.WARNING,
    ISSUE_FLAPPING: ir.IssueSeverity.WARNING,
    ISSUE_NO_PUBSUB: ir.IssueSeverity.WARNING,
    ISSUE_SECOND_CLIENT: ir.IssueSeverity.ERROR,
}
_THEY_SHOW_THEMSELVES: Final = frozenset({"both", "to"})


class LinkIssues:
    """The issues of one account."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        session: Session,
        *,
        grants: Grants,
        feeds: Feeds,
    ) -> None:
        """Tell nothing until `async_start`."""
        self._hass = hass
        self._entry = entry
        self._session = session
        self._grants = grants
        self._feeds = feeds
        self._losses: deque[float] = deque(maxlen=FLAPS + 1)  # loop times
        self._calm: asyncio.TimerHandle | None = (
            None  # the timer at whose end the connection is calm again
        )
        self._friends: set[str] = set()  # contacts that have shown their presence
        self._raised: set[str] = set()
        self._unsubscribe: list[Callable[[], None]] = []

    @callback
    def async_start(self) -> None:
        """Begin to follow the session."""
        link = self._session.link
        self._unsubscribe = [
            self._session.on_offline(self._lost),
            link.was_replaced.add(self._replaced),
            link.has_lasted.add(self._lasted),
            self._session.on_online(lambda _: self._look_at_contacts()),
            self._session.on_roster(self._look_at_contacts),
            self._grants.async_listen(self._look_at_contacts),
            async_track_time_interval(self._hass, self._look_at_feeds, LOOK),
        ]

    @callback
    def async_stop(self) -> None:
        """Take all issues away: who is set up again finds out anew."""
        while self._unsubscribe:
            self._unsubscribe.pop()()
        self._end_calm()
        for issue in tuple(self._raised):
            self._delete(issue)

    # A connection that comes and goes

    @callback
    def _lost(self) -> None:
        now = self._hass.loop.time()
        self._losses.append(now)
        if len(self._losses) <= FLAPS or now - self._losses[0] > WINDOW:
            return
        self._create(ISSUE_FLAPPING, count=str(FLAPS), minutes=f"{WINDOW / 60:.0f}")
        self._end_calm()
        self._calm = self._hass.loop.call_later(WINDOW, self._is_calm)

    @callback
    def _is_calm(self) -> None:
        self._calm = None
        self._losses.clear()
        self._delete(self._id(ISSUE_FLAPPING))

    @callback
    def _end_calm(self) -> None:
        if self._calm is not None:
            self._calm.cancel()
            self._calm = None

    # Somebody else in the house's place

    @callback
    def _replaced(self) -> None:
        _, _, resource = self._session.jid.partition("/")
        self._create(ISSUE_SECOND_CLIENT, jid=self._session.bare, resource=resource)

    @callback
    def _lasted(self) -> None:
        self._delete(self._id(ISSUE_SECOND_CLIENT))

    # What the server cannot do

    @callback
    def _look_at_feeds(self, _: datetime) -> None:
        # Found out when the first contact follows something, in each session anew.
        if isinstance(self._feeds.carrier, Headlines):
            self._create(ISSUE_NO_PUBSUB, server=self._session.domain)
        elif self._session.connected:
            self._delete(self._id(ISSUE_NO_PUBSUB))

    # Contacts who have taken their presence back

    @callback
    def _look_at_contacts(self) -> None:
        if not self._session.connected:
            return
        roster = self._session.roster()
        contacts = {contact.jid: contact.name for contact in self._grants.contacts}
        for jid in self._friends - contacts.keys():
            self._friends.discard(jid)
            self._delete(self._id(ISSUE_CONTACT_LOST, jid))
        for jid, name in contacts.items():
            if roster.get(jid) in _THEY_SHOW_THEMSELVES:
                self._friends.add(jid)
                self._delete(self._id(ISSUE_CONTACT_LOST, jid))
            elif jid in self._friends:
                self._create(ISSUE_CONTACT_LOST, jid, contact=name, jid=jid)

    def _id(self, key: str, about: str = "") -> str:
        return "_".join(filter(None, (key, self._entry.entry_id, about)))

    @callback
    def _create(self, key: str, about: str = "", /, **words: str) -> None:
        issue = self._id(key, about)
        self._raised.add(issue)
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            issue,
            is_fixable=False,
            severity=_SEVERITIES[key],
            translation_key=key,
            translation_placeholders={
                word: escaped(said)
                for word, said in {"account": self._entry.title, **words}.items()
            },
        )

    @callback
    def _delete(self, issue: str) -> None:
        if issue in self._raised:
            self._raised.discard(issue)
            ir.async_delete_issue(self._hass, DOMAIN, issue)
