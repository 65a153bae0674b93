"""Invites: who has the token becomes a contact, once, and not for ever."""

from collections.abc import Generator
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.xmpp_iot.const import DOMAIN, SUBENTRY_CONTACT, SUBENTRY_INVITE
from custom_components.xmpp_iot.contacts.grant import MOST_GRANTS
from custom_components.xmpp_iot.contacts.invites import Invites, link, new_token
from homeassistant.config_entries import ConfigSubentryDataWithId
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

HOME = "home@example.org"
ANNA = "anna@example.org"
DAY = timedelta(days=1)


def invite(
    token: str, *, valid_for: timedelta = DAY, nickname: str = "", rows: int = 1
) -> ConfigSubentryDataWithId:
    """Return an invite with so many grants."""
    return ConfigSubentryDataWithId(
        subentry_id=f"invite {token}",
        subentry_type=SUBENTRY_INVITE,
        title=f"Invite {token}",
        unique_id=None,
        data={
            "token": token,
            "expires": (dt_util.utcnow() + valid_for).isoformat(),
            "nickname": nickname,
            "grants": [grant(f"{token}{number}") for number in range(rows)],
        },
    )


def contact(rows: int) -> ConfigSubentryDataWithId:
    """Return Anna as a contact with so many grants, none of which an invite has."""
    return ConfigSubentryDataWithId(
        subentry_id="anna",
        subentry_type=SUBENTRY_CONTACT,
        title="Anna",
        unique_id=f"contact:{ANNA}",
        data={
            "jid": ANNA,
            "nickname": "Anna",
            "grants": [owned(number) for number in range(rows)],
        },
    )


def grant(row_id: str) -> dict[str, Any]:
    """Return a grant to read a lamp of its own."""
    return {
        "id": row_id,
        "level": "read",
        "all_entities": False,
        "target": {"entity_id": [f"light.{row_id}"]},
    }


def owned(number: int) -> dict[str, Any]:
    """Return a grant that a contact has."""
    return grant(f"own{number}")


class House:
    """An account, and the invites it watches over."""

    def __init__(
        self, hass: HomeAssistant, *subentries: ConfigSubentryDataWithId
    ) -> None:
        """Have an account with these subentries, that has blocked nobody."""
        self.barred: set[str] = set()
        self.entry = MockConfigEntry(
            domain=DOMAIN, unique_id=HOME, subentries_data=subentries
        )
        self.entry.add_to_hass(hass)
        self.invites = Invites(hass, self.entry, self.barred.__contains__)
        self.invites.async_start()

    @property
    def open(self) -> list[str]:
        """The tokens that are left."""
        found = self.entry.get_subentries_of_type(SUBENTRY_INVITE)
        return [one.data["token"] for one in found]

    @property
    def contacts(self) -> list[dict[str, Any]]:
        """The contacts there are."""
        found = self.entry.get_subentries_of_type(SUBENTRY_CONTACT)
        return [dict(one.data) for one in found]


@pytest.fixture
def houses(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> Generator[list[House]]:
    """Provide a list for houses, which are at rest after the test; time stands still."""
    made: list[House] = []
    yield made
    for house in made:
        house.invites.async_stop()
        house.invites.async_stop()  # as at a stop of Home Assistant, and then at the unload
        assert not house.entry.update_listeners


@pytest.fixture
def house(hass: HomeAssistant, houses: list[House]) -> House:
    """Return a house with one invite, whose token is 'good'."""
    houses.append(House(hass, invite("good", nickname="", rows=2)))
    return houses[-1]


async def test_who_brings_the_token_becomes_a_contact(house: House) -> None:
    """With the invite's grants, and called as it calls itself where the owner said nothing."""
    assert house.invites.async_redeem(ANNA, " Annie ", "good")

    assert house.contacts == [
        {"jid": ANNA, "nickname": "Annie", "grants": [grant("good0"), grant("good1")]}
    ]
    (made,) = house.entry.get_subentries_of_type(SUBENTRY_CONTACT)
    assert made.title == "Annie"
    assert made.unique_id == f"contact:{ANNA}"
    assert house.open == []


async def test_the_owners_name_for_the_guest_counts(
    hass: HomeAssistant, houses: list[House]
) -> None:
    """Whatever they call themselves."""
    houses.append(House(hass, invite("good", nickname="Anna")))

    assert houses[0].invites.async_redeem(ANNA, "The boss", "good")

    assert houses[0].contacts[0]["nickname"] == "Anna"


async def test_a_nameless_guest_is_called_by_the_address(house: House) -> None:
    """Like any contact."""
    assert house.invites.async_redeem(ANNA, "", "good")

    (made,) = house.entry.get_subentries_of_type(SUBENTRY_CONTACT)
    assert made.title == ANNA
    assert made.data["nickname"] == ""


async def test_a_token_is_good_for_one(house: House) -> None:
    """Whoever comes later is a stranger."""
    assert house.invites.async_redeem(ANNA, "", "good")

    assert not house.invites.async_redeem("ben@example.org", "", "good")

    assert [one["jid"] for one in house.contacts] == [ANNA]


@pytest.mark.parametrize("token", ["", "goo", "good ", "göod", "\udcff", "Good"])
async def test_another_token_opens_nothing(house: House, token: str) -> None:
    """Whatever is in it; the invite stays."""
    assert not house.invites.async_redeem(ANNA, "", token)

    assert house.contacts == []
    assert house.open == ["good"]


@pytest.mark.parametrize("jid", [HOME, "example.org", "not an address", ""])
async def test_an_invite_is_for_others_with_an_account(house: House, jid: str) -> None:
    """Not for the house itself, nor for what is no account."""
    assert not house.invites.async_redeem(jid, "", "good")

    assert house.contacts == []
    assert house.open == ["good"]


async def test_no_token_lets_in_whom_the_owner_has_blocked(house: House) -> None:
    """It stays good for others."""
    house.barred.add("guest@example.org")
    assert not house.invites.async_redeem("guest@example.org", "", "good")
    assert house.open == ["good"]
    assert not house.contacts


async def test_the_right_one_of_several_invites_is_used(
    hass: HomeAssistant, houses: list[House]
) -> None:
    """The others stay."""
    houses.append(House(hass, invite("one"), invite("two"), invite("three")))

    assert houses[0].invites.async_redeem(ANNA, "", "two")

    assert houses[0].contacts[0]["grants"] == [grant("two0")]
    assert houses[0].open == ["one", "three"]


async def test_a_contact_gets_the_grants_beside_its_own(
    hass: HomeAssistant, houses: list[House]
) -> None:
    """And keeps its name."""
    houses.append(House(hass, contact(1), invite("good", nickname="Other")))

    assert houses[0].invites.async_redeem(ANNA, "Annie", "good")

    assert houses[0].contacts == [
        {"jid": ANNA, "nickname": "Anna", "grants": [owned(0), grant("good0")]}
    ]
    assert houses[0].open == []


async def test_a_contact_gets_no_grant_twice(
    hass: HomeAssistant, houses: list[House]
) -> None:
    """However many the invite has: what is there already takes no room."""
    full = invite("good", rows=MOST_GRANTS)
    again = [{**grant(f"good{n}"), "id": f"new{n}"} for n in range(MOST_GRANTS)]
    anna = contact(0)
    anna["data"] = {**anna["data"], "grants": again[1:]}
    houses.append(House(hass, anna, full))

    assert houses[0].invites.async_redeem(ANNA, "", "good")

    assert houses[0].contacts[0]["grants"] == [*again[1:], grant("good0")]


async def test_what_can_be_used_some_times_is_granted_anew(
    hass: HomeAssistant, houses: list[House]
) -> None:
    """What the contact has may be used up."""
    once = {**owned(0), "uses": 1}
    anna, good = contact(0), invite("good")
    anna["data"] = {**anna["data"], "grants": [once]}
    good["data"] = {**good["data"], "grants": [{**once, "id": "new"}]}
    houses.append(House(hass, anna, good))

    assert houses[0].invites.async_redeem(ANNA, "", "good")

    assert [row["id"] for row in houses[0].contacts[0]["grants"]] == ["own0", "new"]


async def test_a_contact_without_room_for_the_grants_leaves_the_invite(
    hass: HomeAssistant, houses: list[House]
) -> None:
    """It can be used by another, or when there is room."""
    houses.append(House(hass, contact(MOST_GRANTS), invite("good")))

    assert not houses[0].invites.async_redeem(ANNA, "", "good")

    assert len(houses[0].contacts[0]["grants"]) == MOST_GRANTS
    assert houses[0].open == ["good"]


async def test_what_expired_meanwhile_is_gone_at_the_start(
    hass: HomeAssistant, houses: list[House]
) -> None:
    """However much it is; the rest waits."""
    past = timedelta(seconds=-1)
    houses.append(
        House(
            hass,
            invite("old", valid_for=past),
            invite("new"),
            invite("now", valid_for=timedelta(0)),
        )
    )

    assert houses[0].open == ["new"]


async def test_each_invite_goes_when_it_expires(
    hass: HomeAssistant, houses: list[House], freezer: FrozenDateTimeFactory
) -> None:
    """Not before, and not only the first."""
    houses.append(
        House(hass, invite("two", valid_for=2 * DAY), invite("one"), invite("uno"))
    )
    house = houses[0]

    freezer.tick(DAY - timedelta(seconds=2))
    async_fire_time_changed(hass)
    assert house.open == ["two", "one", "uno"]
    freezer.tick(timedelta(seconds=3))
    async_fire_time_changed(hass)
    assert house.open == ["two"]
    freezer.tick(DAY)
    async_fire_time_changed(hass)
    assert house.open == []


async def test_an_expired_token_opens_nothing_even_before_it_is_gone(
    house: House, freezer: FrozenDateTimeFactory
) -> None:
    """A timer may be late."""
    freezer.tick(DAY)

    assert not house.invites.async_redeem(ANNA, "", "good")
    assert house.contacts == []


async def test_an_invite_that_comes_later_expires_as_well(
    hass: HomeAssistant, house: House, freezer: FrozenDateTimeFactory
) -> None:
    """The change of the entry is noticed."""
    first = house.entry.subentries["invite good"]
    data = {**first.data, "expires": (dt_util.utcnow() + DAY / 2).isoformat()}
    hass.config_entries.async_update_subentry(house.entry, first, data=data)

    freezer.tick(DAY / 2 + timedelta(seconds=1))
    async_fire_time_changed(hass)

    assert house.open == []


async def test_nothing_happens_after_the_end(
    hass: HomeAssistant, house: House, freezer: FrozenDateTimeFactory
) -> None:
    """The invite is removed at the next start."""
    house.invites.async_stop()

    freezer.tick(2 * DAY)
    async_fire_time_changed(hass)

    assert house.open == ["good"]
    house.invites.async_start()
    assert house.open == []


def test_tokens_differ_and_fit_a_link() -> None:
    """They have 24 bytes of chance."""
    tokens = {new_token() for _ in range(100)}

    assert len(tokens) == 100
    assert all(len(token) == 32 and token.isascii() for token in tokens)


@pytest.mark.parametrize(
    ("house", "name", "expected"),
    [
        (HOME, "Home", f"xmpp:{HOME}?roster;preauth=t-_1;name=Home"),
        (
            "d'or+1&x@exämple.org",
            "Ö; a=b?#`",
            "xmpp:d%27or%2B1%26x@ex%C3%A4mple.org?roster;preauth=t-_1;name=%C3%96%3B%20a%3Db%3F%23%60",
        ),
        (HOME, "n" * 99, f"xmpp:{HOME}?roster;preauth=t-_1;name={'n' * 60}"),
    ],
)
def test_a_link_says_just_what_it_means(house: str, name: str, expected: str) -> None:
    """All but the signs of a link itself is percent-encoded, and a name of bearable length."""
    assert link(house, name, "t-_1") == expected
