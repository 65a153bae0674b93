"""Who else has to agree before contacts see the house, and what is sent then."""

from collections.abc import Callable, Iterator
from typing import override

import pytest

from custom_components.xmpp_iot.contacts.grants import Grants
from custom_components.xmpp_iot.contacts.roster import Agreement, RosterKeeper
from homeassistant.core import HomeAssistant
from tests.people import records

from .test_roster import ANNA, BEN, BERT, EVE, FakeSession, contacts


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


class Council(Agreement):
    """Who agrees when the test says so."""

    def __init__(self) -> None:
        """Be asked."""
        self.is_asked = True
        self.waiting: dict[tuple[str, str], Callable[[], None]] = {}

    @property
    @override
    def asks(self) -> bool:
        return self.is_asked

    @override
    def async_ask(self, jid: str, what: str, agreed: Callable[[], None]) -> None:
        self.waiting[jid, what] = agreed

    def agree(self, jid: str, what: str) -> None:
        """Agree to something."""
        self.waiting.pop((jid, what))()


@pytest.fixture
def council(session: FakeSession, grants: Grants) -> Iterator[Council]:
    """Return who has to agree that Anna sees the house."""
    council = Council()
    keeper = RosterKeeper(session, grants, lambda: {BEN: "Ben"}, agreement=council)
    keeper.async_start()
    session.claim(("befriend", BEN, "Ben"))
    yield council
    keeper.async_stop()


def test_a_contact_sees_the_house_when_that_is_agreed_to(
    session: FakeSession, council: Council
) -> None:
    """Whether the house or the contact asks first; whom the house itself wants is no matter of theirs."""
    session.request(BEN)
    session.claim(("approve", BEN))
    session.request(ANNA)
    session.claim()
    council.agree(ANNA, "befriend")
    session.claim(("befriend", ANNA, "Anna"))
    council.agree(ANNA, "approve")
    session.claim(("approve", ANNA))
    assert council.waiting == {}


def test_where_nobody_has_to_agree_it_is_done_at_once(
    session: FakeSession, council: Council
) -> None:
    """As without anybody to ask."""
    council.is_asked = False
    session.request(ANNA)
    session.claim(("approve", ANNA))


def test_what_is_agreed_to_too_late_is_not_done(
    session: FakeSession, grants: Grants, council: Council
) -> None:
    """Of who is no contact any more; what cannot be sent is asked for when the session is back."""
    session.is_breaking = True
    council.agree(ANNA, "befriend")
    session.is_breaking = False
    session.come_online(resumed=True)
    assert set(council.waiting) == {(ANNA, "befriend")}
    grants.async_set_contacts([])
    council.agree(ANNA, "befriend")
    session.claim()


def test_the_house_hides_from_a_contact(session: FakeSession, grants: Grants) -> None:
    """Until it is agreed to again; from nobody else, and not from who does not see it."""
    session.items = {"anna@example.org": "both", EVE: "both"}
    keeper = RosterKeeper(session, grants, agreement=(council := Council()))
    keeper.async_start()
    session.claim(("refuse", EVE))
    for jid in (ANNA, EVE, BERT):
        keeper.async_hide_from(jid)
    session.claim(("refuse", ANNA))
    session.receive_roster(anna="to")
    assert set(council.waiting) == {(ANNA, "befriend")}
    keeper.async_stop()
