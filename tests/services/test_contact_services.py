"""The actions that tell what a contact can do, and what would become of a request."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
import voluptuous as vol

from custom_components.xmpp_iot.const import DOMAIN, SUBENTRY_CONTACT
from custom_components.xmpp_iot.contacts.grants import Contact, Grants
from custom_components.xmpp_iot.contacts.record_entities import identifier_of
from homeassistant.config_entries import ConfigEntryState, ConfigSubentryData
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError, Unauthorized
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from tests.people import records

HOME = "home@example.org"
CABIN = "cabin@example.org"
ANNA = "anna@example.org"
BEN = "ben@example.org"
LIGHT = "light.lamp"
LOCK = "lock.door"


def somebody(jid: str, name: str, **row: Any) -> ConfigSubentryData:
    """Return the subentry of a contact with one grant, of everything."""
    grant = {"id": name.lower(), "level": "control", "all_entities": True, **row}
    return ConfigSubentryData(
        data={"jid": jid, "nickname": name, "grants": [grant]},
        subentry_type=SUBENTRY_CONTACT,
        title=name,
        unique_id=f"contact:{jid}",
    )


class Accounts:
    """Accounts with contacts, and their gates."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Have none."""
        self.hass = hass
        self.grants: list[Grants] = []

    def add(self, jid: str, *contacts: ConfigSubentryData) -> MockConfigEntry:
        """Add a loaded account."""
        entry = MockConfigEntry(
            domain=DOMAIN,
            unique_id=jid,
            state=ConfigEntryState.LOADED,
            subentries_data=list(contacts),
        )
        entry.add_to_hass(self.hass)
        grants = Grants(self.hass, records(self.hass))
        grants.async_set_contacts(map(Contact.from_subentry, entry.subentries.values()))
        grants.async_start()
        entry.runtime_data = SimpleNamespace(grants=grants)
        self.grants.append(grants)
        return entry

    async def ask(self, name: str, /, user: MockUser | None = None, **data: Any) -> Any:
        """Perform an action, and return what it answers."""
        return await self.hass.services.async_call(
            DOMAIN,
            name,
            data,
            blocking=True,
            return_response=True,
            context=Context(user_id=user.id) if user else None,
        )

    async def refuses(self, name: str, /, **data: Any) -> str:
        """Return why an action with such data makes no sense."""
        with pytest.raises(ServiceValidationError) as refusal:
            await self.ask(name, **data)
        return str(refusal.value.translation_key)


@pytest.fixture
async def accounts(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> AsyncGenerator[Accounts]:
    """Return accounts in a house with a light and a lock."""
    freezer.move_to(datetime(2026, 11, 21, 12, tzinfo=UTC))
    assert await async_setup_component(hass, DOMAIN, {})
    assert await async_setup_component(hass, "light", {})
    assert await async_setup_component(hass, "lock", {})
    hass.states.async_set(
        LIGHT, "on", {"supported_color_modes": ["brightness"], "brightness": 10}
    )
    hass.states.async_set(LOCK, "locked")
    made = Accounts(hass)
    yield made
    for grants in made.grants:
        grants.async_stop()


async def test_a_contact_goes_by_name_address_or_subentry(accounts: Accounts) -> None:
    """In any case of letters; spaces around it do not matter."""
    entry = accounts.add(HOME, somebody(ANNA, "Anna"), somebody(BEN, "Ben"))
    (subentry_id, _) = entry.subentries
    for name in (" anna ", "ANNA@example.org", subentry_id):
        answer = await accounts.ask("what_can", contact=name)
        assert answer["jid"] == ANNA
    assert answer["levels"] == {"read": 2, "control": 2, "command": 0}
    assert answer["entities"].keys() == {LIGHT, LOCK}


async def test_a_contact_goes_by_its_device(
    accounts: Accounts, device_registry: dr.DeviceRegistry
) -> None:
    """Another device is nobody's."""
    entry = accounts.add(HOME, somebody(ANNA, "Anna"), somebody(BEN, "Ben"))
    (_, subentry_id) = entry.subentries
    ben, other = (
        device_registry.async_get_or_create(
            config_entry_id=entry.entry_id,
            config_subentry_id=subentry_id,
            identifiers={identifier},
        )
        for identifier in (identifier_of(HOME, BEN), (DOMAIN, "other"))
    )
    answer = await accounts.ask("what_can", device_id=ben.id)
    assert answer["contact"] == "Ben"
    for device_id in (other.id, "none"):
        key = await accounts.refuses("what_can", device_id=device_id)
        assert key == "unknown_contact"


async def test_entities_narrow_the_answer(accounts: Accounts) -> None:
    """To those that are named."""
    accounts.add(HOME, somebody(ANNA, "Anna"))
    answer = await accounts.ask("what_can", contact="Anna", entity_id=[LOCK])
    assert answer["entities"].keys() == {LOCK}
    assert answer["entities"][LOCK]["dangerous"].keys() == {"open", "unlock"}


async def test_who_is_meant_must_be_clear(accounts: Accounts) -> None:
    """Two of the same name: the account says which."""
    accounts.add(HOME, somebody(ANNA, "Anna"))
    cabin = accounts.add(CABIN, somebody(BEN, "Anna"))
    assert await accounts.refuses("what_can", contact="Anna") == "ambiguous_contact"
    assert await accounts.refuses("what_can", contact="Cleo") == "unknown_contact"
    answer = await accounts.ask(
        "what_can", contact="Anna", config_entry_id=cabin.entry_id
    )
    assert answer["jid"] == BEN
    answer = await accounts.ask("what_can", contact=ANNA)
    assert answer["jid"] == ANNA


async def test_without_an_account_nobody_is_known(accounts: Accounts) -> None:
    """The action is there all the same."""
    assert await accounts.refuses("what_can", contact=ANNA) == "unknown_contact"
    with pytest.raises(ServiceValidationError):
        await accounts.ask("what_can", contact=ANNA, config_entry_id="none")


async def test_a_dry_run_is_of_an_action(accounts: Accounts) -> None:
    """With or without its domain; of the entity's own domain only."""
    accounts.add(HOME, somebody(ANNA, "Anna", level="command"))
    for action in ("unlock", "lock.unlock"):
        answer = await accounts.ask(
            "dry_run", contact="Anna", entity_id=LOCK, action=action
        )
        assert answer["action"] == "lock.unlock"
        assert (answer["verdict"], answer["dangerous"]) == ("forbidden", True)
    for action in ("turn_on", "light.turn_on"):
        key = await accounts.refuses(
            "dry_run", contact="Anna", entity_id=LOCK, action=action
        )
        assert key == "unknown_action"


async def test_a_dry_run_is_of_a_parameter(accounts: Accounts) -> None:
    """What it is set to says which action that is."""
    accounts.add(HOME, somebody(ANNA, "Anna"))
    run = {"contact": "Anna", "entity_id": LIGHT, "parameter": "power"}
    for value, action in ((True, "turn_on"), ("false", "turn_off")):
        answer = await accounts.ask("dry_run", **run, value=value)
        assert answer["action"] == f"light.{action}"
        assert (answer["level"], answer["verdict"]) == ("control", "allowed")
    assert await accounts.refuses("dry_run", **run, value="x") == "invalid_parameter"
    run["entity_id"] = "light.none"
    assert await accounts.refuses("dry_run", **run, value=True) == "unknown_entity"
    assert accounts.hass.states.get(LIGHT).state == "on"  # type: ignore[union-attr]


async def test_a_dry_run_is_of_reading(accounts: Accounts) -> None:
    """Where neither an action nor a parameter is named."""
    accounts.add(HOME, somebody(ANNA, "Anna"))
    answer = await accounts.ask("dry_run", contact="Anna", entity_id=LIGHT)
    assert (answer["level"], answer["action"]) == ("read", None)
    assert answer["reason"] == "Allowed by this grant."


@pytest.mark.parametrize(
    "data",
    [
        {"entity_id": LIGHT},
        {"contact": "Anna"},
        {"contact": "Anna", "device_id": "x", "entity_id": LIGHT},
        {"contact": "Anna", "entity_id": LIGHT, "parameter": "power"},
        {"contact": "Anna", "entity_id": LIGHT, "value": 1},
        {
            "contact": "Anna",
            "entity_id": LIGHT,
            "parameter": "power",
            "value": 1,
            "action": "turn_on",
        },
    ],
)
async def test_a_dry_run_is_of_one_request(
    accounts: Accounts, data: dict[str, Any]
) -> None:
    """Of one contact and one entity, and a parameter has a value."""
    with pytest.raises(vol.Invalid):
        await accounts.ask("dry_run", **data)


@pytest.mark.parametrize("action", ["what_can", "dry_run"])
async def test_only_administrators_are_told(
    accounts: Accounts, hass_read_only_user: MockUser, action: str
) -> None:
    """What others may do is not everybody's business."""
    accounts.add(HOME, somebody(ANNA, "Anna"))
    with pytest.raises(Unauthorized):
        await accounts.ask(
            action, user=hass_read_only_user, contact="Anna", entity_id=LIGHT
        )
