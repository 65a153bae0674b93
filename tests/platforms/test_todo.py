"""To-do lists of other houses: how much is open, what, and what is done about it."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, override

import pytest

from custom_components.xmpp_iot.remote.node import RemoteNode
from custom_components.xmpp_iot.todo import XmppIotTodoList
from custom_components.xmpp_iot.wire.report import ReportItem
from homeassistant.components.todo.const import DATA_COMPONENT, TodoItemStatus
from homeassistant.components.todo.entity import TodoItem
from homeassistant.core import State
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .acting import action, assert_commanded
from .conftest import Cabin, FakeHouse, differences, reported

SHOPPING = "todo.shopping"
MILK = {"uid": "1", "summary": "Milk", "status": "needs_action", "due": "2026-11-21"}
BREAD = {
    "uid": "2",
    "summary": "[Bread]",
    "status": "completed",
    "due": "2026-11-21T10:00:00+01:00",
    "description": "Rye",
    "completed": "2026-11-20T09:00:00+00:00",
}
ITEMS = [
    TodoItem("Milk", "1", TodoItemStatus.NEEDS_ACTION, date(2026, 11, 21)),
    TodoItem(
        "[Bread]",
        "2",
        TodoItemStatus.COMPLETED,
        datetime(2026, 11, 21, 9, tzinfo=UTC),
        "Rye",
        datetime(2026, 11, 20, 9, tzinfo=UTC),
    ),
]


@pytest.fixture
def node(cabin: Cabin) -> RemoteNode:
    """Return the node of a list that does all a list can, with two items."""
    cabin.house.report = reported({"items": [MILK, BREAD]})
    return cabin.node(SHOPPING, "1", supported_features=127)


def items(cabin: Cabin) -> list[TodoItem] | None:
    """Return the items that are shown."""
    (entity,) = cabin.hass.data[DATA_COMPONENT].entities
    return entity.todo_items


async def show(cabin: Cabin, node: RemoteNode) -> State:
    """Show the list, with its items."""
    shown = await cabin.show(node, XmppIotTodoList)
    await settle(cabin)
    return shown


async def settle(cabin: Cabin) -> None:
    """Let what is asked for in the background be answered."""
    await cabin.hass.async_block_till_done(wait_background_tasks=True)


async def test_it_is_like_the_one_over_there(cabin: Cabin) -> None:
    """A list shows how many items are open there, as it changes."""
    node = cabin.node(SHOPPING, "3", supported_features=119)
    shown = await show(cabin, node)
    assert differences(cabin.originals[SHOPPING], shown) == {}
    for state in ("0", "unknown", "unavailable"):
        cabin.change(node, state)
        assert cabin.state(shown.entity_id).state == state


async def test_the_items_are_asked_for(cabin: Cabin, node: RemoteNode) -> None:
    """Open ones and done ones, with all that is told of them."""
    await show(cabin, node)
    assert items(cabin) == ITEMS
    asked = {"status": ["needs_action", "completed"]}
    assert cabin.house.queries == [(SHOPPING, "get_items", asked)]


async def test_after_a_change_they_are_asked_for_again(
    cabin: Cabin, node: RemoteNode
) -> None:
    """When the node changes, and when the house comes back; not while it is away."""
    await show(cabin, node)
    cabin.house.report = reported({"items": []})
    cabin.change(node, "0")
    await settle(cabin)
    assert items(cabin) == []

    cabin.house.queries.clear()
    cabin.house.go(online=False)
    await settle(cabin)
    assert cabin.house.queries == []
    cabin.house.report = reported({"items": [MILK]})
    cabin.house.go(online=True)
    await settle(cabin)
    assert items(cabin) == ITEMS[:1]


class Hesitant(FakeHouse):
    """A house that answers when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = asyncio.Event()

    @override
    async def query(
        self, node: RemoteNode, action: str, data: Mapping[str, Any]
    ) -> Sequence[ReportItem]:
        """Answer, in time."""
        report = await super().query(node, action, data)
        await self.go_on.wait()
        return report


async def test_one_question_at_a_time(cabin: Cabin, node: RemoteNode) -> None:
    """What changes while an answer is waited for is asked for once more; set-up waits for none."""
    cabin.house = house = Hesitant()
    shown = await cabin.show(node, XmppIotTodoList)
    assert shown.state == "1"
    for count in range(10):
        cabin.change(node, str(count))
    await cabin.hass.async_block_till_done()
    assert len(house.queries) == 1

    house.go_on.set()
    await settle(cabin)
    assert len(house.queries) == 2


async def test_no_question_outlives_the_list(cabin: Cabin, node: RemoteNode) -> None:
    """What is under way when the list is taken off ends with it."""
    cabin.house = Hesitant()
    await cabin.show(node, XmppIotTodoList)
    (entity,) = cabin.hass.data[DATA_COMPONENT].entities
    await entity.async_remove()
    await settle(cabin)
    assert node._listeners == []


async def test_a_refusal_is_logged_once(
    cabin: Cabin, node: RemoteNode, caplog: pytest.LogCaptureFixture
) -> None:
    """A contact that may only look sees the state, and the log says why there are no items."""
    cabin.house.refusal = HomeAssistantError("Not for you.")
    shown = await show(cabin, node)
    cabin.change(node, "2")
    await settle(cabin)
    assert cabin.state(shown.entity_id).state == "2"
    assert items(cabin) is None
    assert caplog.text.count("Not for you.") == 1

    cabin.house.refusal = None
    cabin.change(node, "1")
    await settle(cabin)
    assert items(cabin) == ITEMS


async def test_what_makes_no_sense_is_left_out(cabin: Cabin, node: RemoteNode) -> None:
    """An item without a name is none; a status nobody knows is none."""
    wrong = {"summary": "Tea", "status": "maybe", "due": "soon", "uid": 5}
    cabin.house.report = reported({"items": [{"uid": "3"}, wrong]})
    await show(cabin, node)
    assert items(cabin) == [TodoItem("Tea")]


async def test_every_action_is_a_command(cabin: Cabin, node: RemoteNode) -> None:
    """Items are entered, changed and removed over there, named by what stays the same."""
    shown = await show(cabin, node)
    assert shown.attributes["supported_features"] == 119  # all but moving
    await cabin.hass.config.async_set_time_zone("UTC")  # in which times are sent
    done = {"item": "1", "status": "completed"}
    later = "2026-12-01T10:00:00+00:00"
    await assert_commanded(
        cabin,
        shown,
        [
            action("add_item", item="Tea", due_date="2026-12-01", description="Green"),
            action("add_item", item="Jam", due_datetime=later),
            action("update_item", item="Milk", status="completed").becoming(
                "update_item", **done
            ),
            action("update_item", item="1", rename="Oat milk").becoming(
                "update_item", item="1", rename="Oat milk", status="needs_action"
            ),
            action("update_item", item="2", description="Wheat").becoming(
                "update_item", item="2", description="Wheat", status="completed"
            ),
            action("update_item", item="1", due_datetime=later).becoming(
                "update_item", item="1", due_datetime=later, status="needs_action"
            ),
            action("remove_item", item=["Milk"]).becoming("remove_item", item="1"),
            action("remove_completed_items").becoming("remove_item", item="2"),
        ],
        without=["get_items"],
    )


async def test_what_was_done_is_seen(cabin: Cabin, node: RemoteNode) -> None:
    """The items are asked for after an action of ours, which ends when they are there.

    Another name changes no state, and the next action may name an item by it.
    """
    shown = await show(cabin, node)
    cabin.house.report = reported({"items": [{**MILK, "summary": "Oat milk"}]})
    await cabin.act("todo.update_item", shown.entity_id, item="1", rename="Oat milk")
    found = items(cabin)
    assert found is not None
    assert found[0].summary == "Oat milk"


async def test_several_items_are_removed_one_after_the_other(
    cabin: Cabin, node: RemoteNode
) -> None:
    """A form takes one."""
    shown = await show(cabin, node)
    sent = await cabin.act("todo.remove_item", shown.entity_id, item=["1", "2"])
    assert [data for _, _, data in sent] == [{"item": "1"}, {"item": "2"}]


@pytest.mark.parametrize("gone", [{"due_date": None}, {"description": None}])
async def test_what_cannot_be_said_is_refused(
    cabin: Cabin, node: RemoteNode, gone: dict[str, Any]
) -> None:
    """No form can empty what was filled in: nothing is done, and the reason is told."""
    shown = await show(cabin, node)
    with pytest.raises(ServiceValidationError) as caught:
        await cabin.act("todo.update_item", shown.entity_id, item="2", **gone)
    assert caught.value.translation_key == "cannot_clear"
    assert cabin.house.commands == []


async def test_what_was_nothing_may_stay_so(cabin: Cabin, node: RemoteNode) -> None:
    """An item that is not known any more is changed all the same."""
    await show(cabin, node)
    (entity,) = cabin.hass.data[DATA_COMPONENT].entities
    await entity.async_update_todo_item(TodoItem("Tea", "9", description=""))
    (_, _, data) = cabin.house.commands[0]
    assert data == {"item": "9", "rename": "Tea", "status": None}
