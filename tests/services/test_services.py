"""What the actions ask, and what they answer."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.xmpp_iot.const import DOMAIN
from custom_components.xmpp_iot.remote.statistics_import import Imported
from custom_components.xmpp_iot.services import CATEGORIES
from custom_components.xmpp_iot.wire.errors import RemoteError
from custom_components.xmpp_iot.wire.form_model import Form, FormField
from custom_components.xmpp_iot.wire.model import (
    HISTORICAL,
    Category,
    CommandType,
    NodeRef,
    Setting,
    ValueType,
)
from custom_components.xmpp_iot.wire.report import Title
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml
from scripts.support.paths import COMPONENT, ROOT
from tests.remote.asked import FULL, LinkedHouse
from tests.remote.street import CABIN, HOME

from .conftest import METER, NOW, Cabin


async def test_the_actions_are_there_without_an_account(hass: HomeAssistant) -> None:
    """Each says then that there is none."""
    assert await async_setup_component(hass, DOMAIN, {})

    services = hass.services.async_services_for_domain(DOMAIN)
    assert services.keys() == {
        "answer_request",
        "control",
        "dry_run",
        "execute",
        "import_statistics",
        "read",
        "what_can",
    }
    with pytest.raises(ServiceValidationError):
        await hass.services.async_call(
            DOMAIN, "control", {"jid": HOME, "parameters": {"a": 1}}, blocking=True
        )


async def test_a_node_of_a_linked_house_is_read(cabin: Cabin) -> None:
    """By the house's address: where it is online is found."""
    answer = await cabin.act("read", jid=f" {HOME} ", node="light.lamp")

    assert answer == {
        "readings": [
            {
                "node": "light.lamp",
                "at": NOW.isoformat(),
                "fields": {"state": {"value": True, "category": "momentary"}},
            }
        ]
    }
    assert cabin.line.asked == [FULL]
    (request,) = cabin.somebody.reads
    assert request.nodes == (NodeRef("light.lamp"),)
    assert (request.fields, request.categories) == (frozenset(), frozenset())


async def test_what_is_to_be_read_is_passed_on(cabin: Cabin) -> None:
    """Source, partition, fields, categories and times."""
    await cabin.act(
        "read",
        jid=HOME,
        node="light.lamp",
        source="entities",
        partition="1",
        fields=["state"],
        categories=["historical_hour", "status"],
        start="2026-11-21 12:00:00+01:00",
        end=NOW.isoformat(),
    )

    (request,) = cabin.somebody.reads
    assert request.nodes == (NodeRef("light.lamp", "entities", "1"),)
    assert request.fields == {"state"}
    assert request.categories == {Category.HISTORICAL_HOUR, Category.STATUS}
    assert request.start == NOW - timedelta(hours=1)
    assert request.end == NOW


async def test_of_a_time_all_that_was_then_is_read(cabin: Cabin) -> None:
    """Unless categories are named; the end must not come first."""
    await cabin.act("read", jid=HOME, start=NOW.isoformat())

    (request,) = cabin.somebody.reads
    assert request.categories == HISTORICAL
    assert request.nodes == ()  # a device by itself
    earlier = (NOW - timedelta(hours=1)).isoformat()
    key = await cabin.refuses("read", jid=HOME, start=NOW.isoformat(), end=earlier)
    assert key == "end_first"


async def test_parameters_are_set_as_the_form_says(cabin: Cabin) -> None:
    """And it is answered which ones were set."""
    form = Form("", (FormField(var="power", datatype="xs:boolean"),))
    cabin.somebody.form = form

    answer = await cabin.act(
        "control", jid=HOME, node="pump", parameters={"power": "true"}
    )

    assert answer == {"parameters": ["power"]}
    (request,) = cabin.somebody.controls
    assert request.nodes == (NodeRef("pump"),)
    assert request.settings == (Setting("power", ValueType.BOOLEAN, True),)
    key = await cabin.refuses("control", jid=HOME, node="pump", parameters={"a": 1})
    assert key == "unknown_parameter"
    with pytest.raises(vol.Invalid):
        await cabin.act("control", jid=HOME, node="pump", parameters={})


async def test_a_command_is_carried_out(cabin: Cabin) -> None:
    """With an expiry where the node is known to be a Home Assistant's."""
    cabin.somebody.commands = {"turn_on": CommandType.PARAMETERIZED}
    lamp = cabin.shows("light", f"{CABIN}:{HOME}:lamp")
    command = {"command": "turn_on", "form": {"brightness": 7}}

    assert await cabin.act("execute", entity_id=lamp, **command) == {}
    assert await cabin.act("execute", jid=FULL, node="light.lamp", **command) == {}
    assert await cabin.act("execute", jid=FULL, node="other", **command) == {}

    *known, unknown = (one.form for one in cabin.somebody.executed)
    for form in known:
        assert form is not None
        assert form.keys() == {"expires", "order_token", "brightness"}
    assert unknown == {"brightness": ("7",)}


async def test_a_query_answers_its_report(cabin: Cabin) -> None:
    """With its tables, as far as it has any."""
    cabin.somebody.commands = {"log": CommandType.QUERY}
    cabin.somebody.report = [Title("Log")]

    answer = await cabin.act("execute", jid=HOME, node="pump", command="log")

    assert answer == {"title": "Log", "messages": [], "tables": {}}


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("read", {}),
        ("control", {"parameters": {"power": True}}),
        ("execute", {"command": "start"}),
    ],
)
async def test_a_refusal_says_why(
    cabin: Cabin, action: str, data: dict[str, Any]
) -> None:
    """In the other house's words, with the name it has here."""
    cabin.somebody.refusal = RemoteError("forbidden", "auth", "Not you.")

    with pytest.raises(HomeAssistantError) as failure:
        await cabin.act(action, jid=HOME, node="pump", **data)

    assert failure.value.translation_key == "remote_forbidden"
    assert failure.value.translation_placeholders == {
        "house": "Home",
        "reason": "Not you.",
    }


async def test_a_sensor_s_statistics_are_imported(cabin: Cabin) -> None:
    """Those of no other target."""
    meter = cabin.shows("sensor", f"{CABIN}:{HOME}:meter")
    lamp = cabin.shows("light", f"{CABIN}:{HOME}:lamp")

    answer = await cabin.act("import_statistics", entity_id=[meter, lamp])

    assert answer == {"hours": {"xmpp_iot:meter": 3}}
    assert cabin.importer.asked == [(["sensor.energy"], None)]
    assert await cabin.refuses("import_statistics", entity_id=lamp) == "no_statistics"


async def test_the_device_of_a_house_is_all_of_its_sensors(cabin: Cabin) -> None:
    """As far back as is asked for; other accounts are not looked at while they are not loaded."""
    MockConfigEntry(domain=DOMAIN).add_to_hass(cabin.hass)
    cabin.shows("sensor", f"{CABIN}:{HOME}:meter")
    device = dr.async_get(cabin.hass).async_get_or_create(
        config_entry_id=cabin.entry.entry_id, identifiers={(DOMAIN, "home")}
    )
    cabin.home.devices.house_id = device.id

    await cabin.act("import_statistics", device_id=device.id, days=7)

    ((nodes, since),) = cabin.importer.asked
    assert nodes == ["sensor.energy"]
    assert since is not None
    week = datetime.now(UTC) - since
    assert timedelta(days=7) <= week < timedelta(days=7, minutes=1)


async def test_what_was_refused_of_an_import_is_said(cabin: Cabin) -> None:
    """And that there is no recorder."""
    meter = cabin.shows("sensor", f"{CABIN}:{HOME}:meter")
    cabin.importer.refused = {"Home Gas": "Not you."}

    with pytest.raises(HomeAssistantError) as failure:
        await cabin.act("import_statistics", entity_id=meter)
    assert failure.value.translation_key == "statistics_refused"
    assert failure.value.translation_placeholders == {
        "house": "Home",
        "reason": "Home Gas: Not you.",
    }

    cabin.importer.possible = False
    assert await cabin.refuses("import_statistics", entity_id=meter) == "no_recorder"


async def test_an_import_needs_a_target(cabin: Cabin) -> None:
    """Everything would be too much to ask for by mistake."""
    with pytest.raises(vol.Invalid):
        await cabin.act("import_statistics", days=7)


def test_the_form_offers_what_the_actions_take() -> None:
    """All categories, and no field that an action does not know."""
    described = parse_yaml((COMPONENT / "services.yaml").read_text())
    assert isinstance(described, dict)
    fields = described["read"]["fields"]

    assert fields["categories"]["selector"]["select"]["options"] == list(CATEGORIES)


def test_the_readme_names_every_action() -> None:
    """With the data it takes."""
    readme = (ROOT / "README.md").read_text()
    described = parse_yaml((COMPONENT / "services.yaml").read_text())
    assert isinstance(described, dict)

    for action, description in described.items():
        assert f"`{DOMAIN}.{action}`" in readme
        for field in description["fields"].keys() - {"address"}:
            assert f"`{field}`" in readme


async def test_a_house_that_fails_keeps_no_other_out_of_an_import(
    cabin: Cabin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are asked at the same time; what went wrong is said when all are done."""
    barn = LinkedHouse(METER)
    barn.devices.house = "barn@example.org"
    cabin.entry.runtime_data.links.houses.insert(0, barn)
    meters = [
        cabin.shows("sensor", f"{CABIN}:{house}:meter")
        for house in (HOME, "barn@example.org")
    ]
    import_now = cabin.importer.import_now
    is_imported = asyncio.Event()

    async def one_waits_for_the_other(link: object, *rest: Any) -> Imported:
        if link is barn:
            await is_imported.wait()
            raise HomeAssistantError("Silence.")
        done = await import_now(link, *rest)
        is_imported.set()
        return done

    monkeypatch.setattr(cabin.importer, "import_now", one_waits_for_the_other)

    async with asyncio.timeout(5):
        with pytest.raises(HomeAssistantError, match="Silence"):
            await cabin.act("import_statistics", entity_id=meters)

    assert cabin.importer.asked == [(["sensor.energy"], None)]
