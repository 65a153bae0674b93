"""A linked house: what it is asked to do, and how it says no."""

import asyncio
from datetime import timedelta

import pytest

from custom_components.xmpp_iot.remote.delivery import EXPIRES
from custom_components.xmpp_iot.remote.node import RemoteNode
from custom_components.xmpp_iot.wire.errors import BadRequest, Forbidden
from custom_components.xmpp_iot.wire.model import ControlRequest
from custom_components.xmpp_iot.wire.order_token import ORDER
from custom_components.xmpp_iot.wire.queries import MAX_RUNNING
from custom_components.xmpp_iot.wire.report import ReportMessage
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from .far import described, state
from .linked import Linked


async def test_a_command_is_carried_out_with_an_expiry(linked: Linked) -> None:
    """Nothing is done late."""
    await linked.is_linked()

    await linked.link.execute(linked.node(), "turn_on", {"brightness": 7, "x": None})

    (command,) = linked.far.house.commands
    assert command.command == "turn_on"
    assert command.form
    assert command.form["brightness"] == ("7",)
    assert "x" not in command.form
    expires = dt_util.parse_datetime(command.form[EXPIRES][0])
    assert expires
    assert timedelta(0) < expires - dt_util.utcnow() <= timedelta(seconds=10)


async def test_a_foreign_node_is_asked_in_its_own_words_only(linked: Linked) -> None:
    """It knows no expiry, and may refuse what it does not know."""
    await linked.is_linked()
    linked.far.house.have(described("pump", kind="Pump"), state("pump", "on"))
    pump = RemoteNode(described("pump", kind="Pump"))

    await linked.link.execute(pump, "start", {})
    await linked.link.control(pump, {"power": True})

    (command,) = linked.far.house.commands
    assert not command.form
    (request,) = [
        one for one in linked.far.house.requests if isinstance(one, ControlRequest)
    ]
    assert [one.name for one in request.settings] == ["power"]


async def test_control_has_an_expiry_and_a_token_too(linked: Linked) -> None:
    """Of a house like ours."""
    await linked.is_linked()

    await linked.link.control(linked.node(), {"power": True})

    (request,) = [
        one for one in linked.far.house.requests if isinstance(one, ControlRequest)
    ]
    assert {one.name for one in request.settings} == {"power", EXPIRES, ORDER}


async def test_a_query_returns_its_report(linked: Linked) -> None:
    """All of it."""
    await linked.is_linked()
    said = (ReportMessage(text="One."), ReportMessage(text="Two."))
    linked.far.house.reports = tuple([one] for one in said)

    assert tuple(await linked.link.query(linked.node(), "history", {})) == said


async def test_many_queries_wait_for_their_turn(linked: Linked) -> None:
    """A dashboard asks for more at a time than a house answers one contact at a time."""
    await linked.is_linked()
    said = ReportMessage(text="One.")
    linked.far.house.reports = ([said],)

    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(linked.link.query(linked.node(), "history", {}))
            for _ in range(3 * MAX_RUNNING)
        ]

    assert [tuple(task.result()) for task in tasks] == [(said,)] * len(tasks)


async def test_a_refusal_is_raised_with_its_reason(linked: Linked) -> None:
    """And with what is wrong of each parameter."""
    await linked.is_linked()
    linked.far.house.refusal = BadRequest("No.")
    linked.far.house.answer = BadRequest("Not that.")

    with pytest.raises(HomeAssistantError) as refused:
        await linked.link.execute(linked.node(), "turn_on", {})
    assert refused.value.translation_placeholders == {"house": "Home", "reason": "No."}
    with pytest.raises(HomeAssistantError) as refused:
        await linked.link.control(linked.node(), {"power": True})
    assert "Not that." in (refused.value.translation_placeholders or {})["reason"]
    linked.far.house.reports = (Forbidden("Never."),)
    with pytest.raises(HomeAssistantError):
        await linked.link.query(linked.node(), "history", {})


async def test_nothing_is_sent_to_a_house_that_is_away(linked: Linked) -> None:
    """It is said at once."""
    await linked.is_linked()
    node = linked.node()
    linked.far.leave()
    asked = len(linked.far.session.asked)

    for act in (
        linked.link.execute(node, "turn_on", {}),
        linked.link.query(node, "history", {}),
        linked.link.control(node, {"power": True}),
    ):
        with pytest.raises(HomeAssistantError) as refused:
            await act
        assert refused.value.translation_key == "not_connected"

    assert len(linked.far.session.asked) == asked


async def test_nothing_is_sent_while_the_own_connection_is_lost(
    linked: Linked,
) -> None:
    """Though the house is still shown."""
    await linked.is_linked()
    linked.far.lose_connection()

    with pytest.raises(HomeAssistantError) as refused:
        await linked.link.execute(linked.node(), "turn_on", {})

    assert refused.value.translation_key == "not_connected"
