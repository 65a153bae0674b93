"""The roster becomes what the contacts are, and nothing is sent that nobody asked for."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import override

import pytest

from custom_components.xmpp_iot.contacts.grants import Contact, Grants, Level
from custom_components.xmpp_iot.contacts.roster import RosterKeeper, RosterSession
from custom_components.xmpp_iot.wire.errors import NotConnected
from custom_components.xmpp_iot.wire.presence import SubscriptionRequest
from homeassistant.core import HomeAssistant
from tests.people import contact, records

HOME = "home@example.org"
ANNA = "anna@example.org"
BERT = "bert@example.org"
BEN = "ben@example.org"
EVE = "eve@example.org"

type Sent = tuple[str, ...]


class FakeSession(RosterSession):
    """A session in which everything sent must be claimed by the test."""

    def __init__(self) -> None:
        """Be online, with an empty roster."""
        self.items: dict[str, str] = {}
        self.ours: set[str] = set()
        self.is_connected = True
        self.is_breaking = False
        self.sent: list[Sent] = []
        self.online: list[Callable[[bool], None]] = []
        self.roster_changed: list[Callable[[], None]] = []
        self.requested: list[Callable[[SubscriptionRequest], None]] = []

    @property
    @override
    def connected(self) -> bool:
        return self.is_connected

    @property
    @override
    def bare(self) -> str:
        return HOME

    @override
    def roster(self) -> dict[str, str]:
        return self.items

    @override
    def befriended(self) -> frozenset[str]:
        return frozenset(self.ours & self.items.keys())

    @override
    def befriend(self, jid: str, name: str) -> None:
        self._send("befriend", jid, name)

    @override
    def unfriend(self, jid: str) -> None:
        self._send("unfriend", jid)

    @override
    def approve(self, jid: str) -> None:
        self._send("approve", jid)

    @override
    def refuse(self, jid: str) -> None:
        self._send("refuse", jid)

    @override
    def on_online(self, callback: Callable[[bool], None]) -> Callable[[], None]:
        self.online.append(callback)
        return lambda: self.online.remove(callback)

    @override
    def on_roster(self, callback: Callable[[], None]) -> Callable[[], None]:
        self.roster_changed.append(callback)
        return lambda: self.roster_changed.remove(callback)

    @override
    def on_subscription_request(
        self, callback: Callable[[SubscriptionRequest], None]
    ) -> Callable[[], None]:
        self.requested.append(callback)
        return lambda: self.requested.remove(callback)

    def _send(self, *what: str) -> None:
        assert self.is_connected, f"sent while offline: {what}"
        if self.is_breaking:
            raise NotConnected
        self.sent.append(what)

    @property
    def listeners(self) -> int:
        """How many callbacks are registered."""
        return len(self.online) + len(self.roster_changed) + len(self.requested)

    def come_online(self, *, resumed: bool = False, **roster: str) -> None:
        """Log in again, or resume; roster items are given by their local parts."""
        self.is_connected = True
        self.items |= {f"{name}@example.org": to for name, to in roster.items()}
        for listener in self.online:
            listener(resumed)

    def receive_roster(self, **roster: str) -> None:
        """Receive changes of the roster."""
        self.items |= {f"{name}@example.org": to for name, to in roster.items()}
        for listener in self.roster_changed:
            listener()

    def request(self, jid: str) -> None:
        """Receive a subscription request."""
        for listener in self.requested:
            listener(SubscriptionRequest(bare=jid))

    def claim(self, *expected: Sent) -> None:
        """Expect exactly this to have been sent since the last claim."""
        assert self.sent == list(expected)
        self.sent.clear()


def contacts(*jids: str) -> Iterable[Contact]:
    """Return contacts with names."""
    return [
        contact(
            jid=jid,
            name=jid.partition("@")[0].title(),
            level=Level.READ,
            target={},
            all_entities=True,
        )
        for jid in jids
    ]


@pytest.fixture
def session() -> Iterator[FakeSession]:
    """Return a session; at the end nothing unclaimed was sent."""
    session = FakeSession()
    yield session
    session.claim()


@pytest.fixture
def grants(hass: HomeAssistant) -> Grants:
    """Return the gate, which knows Anna."""
    grants = Grants(hass, records(hass))
    grants.async_set_contacts(contacts(ANNA))
    return grants


@pytest.fixture
def keeper(session: FakeSession, grants: Grants) -> Iterator[RosterKeeper]:
    """Return a keeper at work; Anna has been asked."""
    keeper = RosterKeeper(session, grants)
    keeper.async_start()
    session.claim(("befriend", ANNA, "Anna"))
    yield keeper
    keeper.async_stop()
    assert session.listeners == 0


@pytest.mark.parametrize(
    ("subscription", "asked"),
    [("none", True), ("from", True), ("to", True), ("both", False)],
)
def test_contacts_whose_presence_we_do_not_see_are_asked(
    session: FakeSession, grants: Grants, subscription: str, asked: bool
) -> None:
    """A contact in the roster is asked only if we do not see them yet."""
    session.items[ANNA] = subscription

    RosterKeeper(session, grants).async_start()

    session.claim(*[("befriend", ANNA, "Anna")] * asked)


def test_a_contact_is_asked_once_a_session(
    session: FakeSession, keeper: RosterKeeper
) -> None:
    """The roster's own changes do not make us ask again; a new session does."""
    session.receive_roster(anna="none")
    session.claim()
    session.come_online(resumed=True)
    session.claim()

    session.come_online()
    session.claim(("befriend", ANNA, "Anna"))

    session.come_online(anna="both")
    session.claim()


def test_changes_are_followed_at_once(
    session: FakeSession, keeper: RosterKeeper, grants: Grants
) -> None:
    """Added contacts are asked, removed ones lose both directions."""
    session.receive_roster(anna="both")
    grants.async_set_contacts(contacts(BEN))

    keeper.async_contacts_changed({ANNA})

    session.claim(("unfriend", ANNA), ("befriend", BEN, "Ben"))
    session.receive_roster(ben="both")  # Anna's item is still to go
    session.claim()


def test_a_contact_can_come_back(
    session: FakeSession, keeper: RosterKeeper, grants: Grants
) -> None:
    """Removed and added again in the same session: asked again."""
    grants.async_set_contacts([])
    keeper.async_contacts_changed([ANNA])
    session.claim(("unfriend", ANNA))

    grants.async_set_contacts(contacts(ANNA))
    keeper.async_contacts_changed()

    session.claim(("befriend", ANNA, "Anna"))


def test_nothing_is_sent_while_offline_and_all_of_it_later(
    session: FakeSession, keeper: RosterKeeper, grants: Grants
) -> None:
    """What changed meanwhile is done when the session is back, resumed or not."""
    session.is_connected = False
    grants.async_set_contacts(contacts(BEN))
    keeper.async_contacts_changed([ANNA])
    session.claim()

    session.come_online(resumed=True)

    session.claim(("unfriend", ANNA), ("befriend", BEN, "Ben"))


def test_who_was_removed_and_added_while_offline_stays(
    session: FakeSession, keeper: RosterKeeper, grants: Grants
) -> None:
    """Only what is true in the end is sent."""
    session.is_connected = False
    session.items[ANNA] = "both"
    keeper.async_contacts_changed([ANNA])

    session.come_online()

    session.claim()


def test_a_link_that_breaks_in_the_middle_loses_nothing(
    session: FakeSession, keeper: RosterKeeper, grants: Grants
) -> None:
    """What could not be sent is sent in the next session."""
    session.receive_roster(anna="both")
    session.is_breaking = True
    grants.async_set_contacts(contacts(BEN))
    keeper.async_contacts_changed([ANNA])
    session.request(BEN)
    session.is_breaking = False

    session.come_online(resumed=True)

    session.claim(("unfriend", ANNA), ("befriend", BEN, "Ben"))


def test_another_nickname_is_another_name_in_the_roster(
    session: FakeSession, keeper: RosterKeeper, grants: Grants
) -> None:
    """Said once; the subscription stays as it is."""
    session.receive_roster(anna="both")
    (anna,) = contacts(ANNA)
    grants.async_set_contacts([replace(anna, name="Aunt Anna")])

    keeper.async_contacts_changed()
    keeper.async_contacts_changed()

    session.claim(("befriend", ANNA, "Aunt Anna"))


def test_presence_is_shown_to_contacts_only(
    session: FakeSession, keeper: RosterKeeper
) -> None:
    """Whoever else is in the roster and would see it is refused, once."""
    session.receive_roster(eve="both", ben="to", home="both")
    session.claim(("refuse", EVE))

    session.receive_roster()
    session.claim()
    session.receive_roster(eve="to")
    session.claim()
    session.receive_roster(eve="from")  # let in by another client of the account
    session.claim(("refuse", EVE))
    session.come_online(anna="both")
    session.claim(("refuse", EVE))


def test_a_contacts_request_is_approved(
    session: FakeSession, keeper: RosterKeeper
) -> None:
    """Contacts may see our presence."""
    session.request(ANNA)

    session.claim(("approve", ANNA))


def test_a_strangers_request_has_no_answer_and_is_passed_on(
    session: FakeSession, grants: Grants
) -> None:
    """With all that it says; a contact's is not."""
    met: list[SubscriptionRequest] = []
    keeper = RosterKeeper(session, grants, meet=met.append)
    keeper.async_start()
    session.claim(("befriend", ANNA, "Anna"))
    session.request(EVE)
    session.claim()
    session.request(ANNA)
    session.claim(("approve", ANNA))

    assert met == [SubscriptionRequest(bare=EVE)]
    keeper.async_stop()


def test_who_brings_the_token_of_an_invite_is_approved(
    session: FakeSession, grants: Grants
) -> None:
    """At once, and once; with a wrong one it is a stranger's request."""
    met: list[SubscriptionRequest] = []
    brought: list[tuple[str, str, str]] = []

    def redeem(jid: str, name: str, token: str) -> bool:
        brought.append((jid, name, token))
        return token == "right"

    keeper = RosterKeeper(session, grants, redeem=redeem, meet=met.append)
    keeper.async_start()
    session.claim(("befriend", ANNA, "Anna"))
    wrong = SubscriptionRequest(bare=EVE, nickname="Eve", token="wrong")
    for request in (wrong, replace(wrong, token="right")):
        for listener in session.requested:
            listener(request)

    session.claim(("approve", EVE))
    assert brought == [(EVE, "Eve", "wrong"), (EVE, "Eve", "right")]
    assert met == [wrong]
    keeper.async_stop()


def test_who_was_removed_meanwhile_is_dropped(
    session: FakeSession, keeper: RosterKeeper
) -> None:
    """Somebody the house befriended once, and who is no contact now, loses both directions, once."""
    session.ours = {ANNA, BERT}
    session.come_online(anna="both", bert="both")
    session.claim(("unfriend", BERT))

    session.receive_roster(bert="none")
    session.claim()

    del session.items[BERT]
    session.receive_roster()
    session.receive_roster(bert="both")
    session.claim(("unfriend", BERT))
