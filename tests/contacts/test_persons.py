"""A user for each contact."""

import pytest

from custom_components.xmpp_iot.contacts.grants import Contact
from custom_components.xmpp_iot.contacts.persons import Persons
from homeassistant.core import HomeAssistant
from tests.people import records

ANNA = Contact(jid="anna@example.org", name="Anna")
BEN = Contact(jid="ben@example.org", name="ben@example.org")


@pytest.fixture
def persons(hass: HomeAssistant) -> Persons:
    """Return the users of an account with no contact yet."""
    return Persons(hass, records(hass), "account")


async def name_of(hass: HomeAssistant, user_id: str) -> str | None:
    """Return what a user is called."""
    user = await hass.auth.async_get_user(user_id)
    assert user is not None
    assert user.system_generated
    assert not user.is_admin
    return user.name


async def test_each_contact_acts_in_its_own_name(
    hass: HomeAssistant, persons: Persons
) -> None:
    """With the address, for names can be alike; who is none acts for the account."""
    await persons.async_follow([ANNA, BEN])
    assert await name_of(hass, persons.user_of(ANNA.jid)) == "Anna (anna@example.org)"
    assert await name_of(hass, persons.user_of(BEN.jid)) == "ben@example.org"
    assert persons.user_of("cleo@example.org") == "account"


async def test_users_follow_the_contacts(hass: HomeAssistant, persons: Persons) -> None:
    """A new name is the same user; a former contact's user is removed."""
    await persons.async_follow([ANNA, BEN])
    anna, ben = persons.user_of(ANNA.jid), persons.user_of(BEN.jid)
    await persons.async_follow([Contact(jid=ANNA.jid, name="Aunt Anna")])
    assert persons.user_of(ANNA.jid) == anna
    assert await name_of(hass, anna) == "Aunt Anna (anna@example.org)"
    assert await hass.auth.async_get_user(ben) is None
    assert persons.user_of(BEN.jid) == "account"


async def test_a_user_somebody_has_removed_is_made_anew(
    hass: HomeAssistant, persons: Persons
) -> None:
    """And one that is gone already can be removed."""
    await persons.async_follow([ANNA])
    user = await hass.auth.async_get_user(persons.user_of(ANNA.jid))
    assert user is not None
    await hass.auth.async_remove_user(user)
    await persons.async_follow([ANNA])
    again = await hass.auth.async_get_user(persons.user_of(ANNA.jid))
    assert again is not None
    await hass.auth.async_remove_user(again)
    await persons.async_follow([])
    assert persons.user_of(ANNA.jid) == "account"
