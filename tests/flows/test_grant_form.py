"""The form of a grant: what is kept of it, and what is refused."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot.const import CONF_TARGET, SECTION_WHEN
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers import entity_registry as er

from .subentries import (
    ANNA,
    LAMP,
    account,
    choose,
    is_collapsed,
    names,
    row,
    rows,
    start,
    submit,
    suggested,
)

WEEKEND: dict[str, Any] = {
    "until": "2026-11-22 18:00:00",
    "days": ["sat", "sun"],
    "from": "08:00:00",
    "to": "20:00:00",
    "uses": 5,
}
"""As the form has it; as it is kept `until` is in UTC."""

KEPT: dict[str, Any] = {**WEEKEND, "until": "2026-11-22T17:00:00+00:00"}


@pytest.fixture(autouse=True)
async def friday(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Have it be a Friday in Madrid."""
    await hass.config.async_set_time_zone("Europe/Madrid")
    freezer.move_to("2026-11-20T12:00:00+00:00")


@pytest.fixture
def entry(hass: HomeAssistant) -> MockConfigEntry:
    """Return an account with one contact, who has one grant for a weekend."""
    return account(hass, row(**KEPT))


async def grant(
    hass: HomeAssistant, entry: MockConfigEntry, **user_input: Any
) -> dict[str, Any]:
    """Add Anna with a grant, and return it as it is kept."""
    form = await start(hass, entry)
    result = await submit(hass, form, jid=ANNA, **user_input)
    assert result["type"] is FlowResultType.CREATE_ENTRY, result["errors"]
    (found,) = rows(entry, ANNA)
    return found


async def test_a_grant_for_a_weekend_is_kept(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """The moment is the house's own time in the form, and UTC in what is kept."""
    found = await grant(hass, entry, target=LAMP, when=WEEKEND)

    assert found == row(found["id"], **KEPT)


async def test_a_moment_with_an_offset_is_that_moment(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Only by API: the form gives none."""
    found = await grant(
        hass, entry, target=LAMP, when={"until": "2026-11-22T18:00:00+05:00"}
    )

    assert found["until"] == "2026-11-22T13:00:00+00:00"


async def test_what_is_left_out_of_the_time_is_not_kept(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """All days are as good as none, and times have seconds."""
    every = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    found = await grant(
        hass, entry, target=LAMP, when={"days": every, "from": "8:00", "to": "20:00"}
    )

    assert found == row(found["id"], **{"from": "08:00:00", "to": "20:00:00"})


async def test_days_are_kept_in_the_order_of_the_week(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """However they were chosen."""
    found = await grant(hass, entry, target=LAMP, when={"days": ["sun", "mon", "sun"]})

    assert found["days"] == ["mon", "sun"]


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({CONF_TARGET: {}}, {CONF_TARGET: "no_target"}),
        ({CONF_TARGET: {"area_id": []}}, {CONF_TARGET: "no_target"}),
        ({CONF_TARGET: {"entity_id": "all"}}, {CONF_TARGET: "invalid_target"}),
        (
            {SECTION_WHEN: {"until": "2026-11-20 13:00:00"}},
            {SECTION_WHEN: "until_past"},
        ),
        ({SECTION_WHEN: {"from": "08:00:00"}}, {SECTION_WHEN: "half_of_hours"}),
        ({SECTION_WHEN: {"to": "08:00:00"}}, {SECTION_WHEN: "half_of_hours"}),
        (
            {CONF_TARGET: {}, SECTION_WHEN: {"to": "08:00:00"}},
            {CONF_TARGET: "no_target", SECTION_WHEN: "half_of_hours"},
        ),
    ],
)
async def test_what_makes_no_grant_is_refused(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    typed: dict[str, Any],
    errors: dict[str, str],
) -> None:
    """The form keeps what was typed, and an error of the time stands at its section, which is open."""
    form = await start(hass, entry)

    form = await submit(hass, form, **{"jid": ANNA, "target": LAMP, **typed})

    assert form["type"] is FlowResultType.FORM
    assert form["errors"] == errors
    assert is_collapsed(form) is (SECTION_WHEN not in typed)
    assert suggested(form).get(SECTION_WHEN) == typed.get(SECTION_WHEN)


@pytest.mark.parametrize(
    "when",
    [
        {"uses": 0},
        {"uses": 10_001},
        {"days": ["someday"]},
        {"until": "soon"},
        {"from": "late", "to": "later"},
        {"no_end": True},
        {"count_anew": True},
    ],
)
async def test_what_the_form_cannot_say_is_refused(
    hass: HomeAssistant, entry: MockConfigEntry, when: dict[str, Any]
) -> None:
    """Only by API; nothing is added."""
    form = await start(hass, entry)

    with pytest.raises(InvalidData):
        await submit(hass, form, jid=ANNA, target=LAMP, when=when)

    assert list(entry.subentries) == ["ben"]


async def test_the_form_of_a_new_grant_asks_for_no_time_at_first(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """The section is closed, and has nothing that is about a former grant."""
    form = await start(hass, entry)

    assert is_collapsed(form)
    assert names(form) == {"until", "days", "from", "to", "uses"}


async def test_the_time_of_a_grant_is_shown_and_changed(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """As it was typed; the row stays the same one, so that its uses stay counted."""
    form = await choose(hass, entry, "change_grant")
    assert suggested(form)[SECTION_WHEN] == WEEKEND
    assert not is_collapsed(form)

    await submit(hass, form, target=LAMP, when={**WEEKEND, "uses": 6})

    assert rows(entry) == [row(**{**KEPT, "uses": 6})]


async def test_an_end_is_taken_away(
    hass: HomeAssistant, entry: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    """Also one that has been: the browser's field cannot be made empty."""
    freezer.move_to("2026-11-30T12:00:00+00:00")
    form = await choose(hass, entry, "change_grant")
    form = await submit(hass, form, target=LAMP, when=WEEKEND)
    assert form["errors"] == {SECTION_WHEN: "until_past"}

    await submit(hass, form, target=LAMP, when={**WEEKEND, "no_end": True})

    assert rows(entry) == [row(**{k: v for k, v in KEPT.items() if k != "until"})]


async def test_uses_are_counted_anew(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """The grant is another one then, of which nothing is counted."""
    form = await choose(hass, entry, "change_grant")

    await submit(hass, form, target=LAMP, when={**WEEKEND, "count_anew": True})

    (found,) = rows(entry)
    assert found["id"] != "1"
    assert found == row(found["id"], **KEPT)


async def test_a_grant_without_time_has_nothing_to_take_away(
    hass: HomeAssistant,
) -> None:
    """And a grant of a former version, which says less, is shown as what it means."""
    bare = {"id": "1", "level": "read"}
    form = await choose(hass, account(hass, bare), "change_grant")

    assert names(form) == {"until", "days", "from", "to", "uses"}
    assert suggested(form) == {
        "level": "read",
        "all_entities": False,
        "target": {},
        "dangerous": False,
        "ask": False,
    }


async def test_a_grant_of_a_registered_entity_survives_its_renaming(
    hass: HomeAssistant, entry: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    """What is kept is the id of the registry entry; what is shown is the entity id."""
    registered = entity_registry.async_get_or_create("light", "demo", "1")
    gone = entity_registry.async_get_or_create("light", "demo", "2")
    target = {"entity_id": [registered.entity_id, gone.entity_id, "light.plain"]}
    form = await choose(hass, entry, "change_grant")

    await submit(hass, form, target=target)

    (found,) = rows(entry)
    assert found[CONF_TARGET] == {"entity_id": [registered.id, gone.id, "light.plain"]}
    entity_registry.async_update_entity(
        registered.entity_id, new_entity_id="light.renamed"
    )
    entity_registry.async_remove(gone.entity_id)
    form = await choose(hass, entry, "change_grant")
    assert suggested(form)[CONF_TARGET] == {
        "entity_id": ["light.renamed", "light.plain"]
    }


async def test_a_moment_is_the_one_the_house_has_it_be(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """In summer as in winter."""
    found = await grant(hass, entry, target=LAMP, when={"until": "2027-07-01 12:00:00"})

    assert found["until"] == "2027-07-01T10:00:00+00:00"
