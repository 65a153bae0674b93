"""To-do lists of other houses.

How many items are open is the list's state, and told; the items are asked for after each change.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, ClassVar, Final, override

from homeassistant.components.todo.const import (
    ATTR_DESCRIPTION,
    ATTR_DUE,
    ATTR_DUE_DATE,
    ATTR_DUE_DATETIME,
    ATTR_ITEM,
    ATTR_RENAME,
    ATTR_STATUS,
    TodoItemStatus,
    TodoListEntityFeature,
    TodoServices,
)
from homeassistant.components.todo.entity import TodoItem, TodoListEntity
from homeassistant.const import ATTR_STATE, Platform
from homeassistant.core import callback
from homeassistant.exceptions import ServiceValidationError

from .const import DOMAIN
from .entity import Mirror, XmppIotEntity, features, platform_async_setup_entry
from .remote.convert import text, whole
from .remote.refresh import Refresh
from .remote.reports import Row, day_or_moment, rows

PARALLEL_UPDATES = 0  # nothing is polled, and actions need not wait for each other

# Home Assistant has no action that moves an item.
_CUT: Final = TodoListEntityFeature.MOVE_TODO_ITEM
_PATIENCE: Final = 3.0  # seconds
_COLUMNS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "summary": text,
    "uid": text,
    "status": TodoItemStatus,
    "due": day_or_moment,
    "description": text,
    "completed": day_or_moment,
}


class XmppIotTodoList(XmppIotEntity, TodoListEntity):
    """A to-do list of another house."""

    mirrors: ClassVar[tuple[Mirror, ...]] = (
        Mirror("open_items", ATTR_STATE, convert=whole(0)),
        features(TodoListEntityFeature, _CUT),
    )

    _attr_open_items: int | None = None
    _refresh: Refresh | None = None

    @property
    @override
    def state(self) -> int | None:
        """Return how many items are open: the list itself may not be known yet, or not for us."""
        return self._attr_open_items

    @override
    async def async_added_to_hass(self) -> None:
        """Ask for the items, and again after changes."""
        await super().async_added_to_hass()
        self._refresh = Refresh(self.hass, self.entity_id, self._ask)
        self.async_on_remove(self._refresh.end)
        self._want()

    @callback
    @override
    def _changed(self) -> None:
        super()._changed()
        self._want()

    @callback
    def _want(self) -> None:
        if self._refresh and self.available:
            self._refresh.want()

    async def _ask(self) -> None:
        report = await self.house.query(
            self.node, TodoServices.GET_ITEMS, {ATTR_STATUS: list(TodoItemStatus)}
        )
        made = map(_item, rows(report))
        self._attr_todo_items = [one for one in made if one.summary is not None]
        self.async_write_ha_state()

    @override
    async def command(self, action: str, data: Mapping[str, Any] | None = None) -> None:
        """Have it done over there, and see what has become of the list: its state may be the same.

        What is done next finds its items by their names in what is known here, so that is waited for.
        """
        await super().command(action, data)
        self._want()
        if self._refresh:
            await self._refresh.settled(_PATIENCE)

    @override
    async def async_create_todo_item(self, item: TodoItem) -> None:
        """Enter an item over there; it is open there, as all new ones are."""
        data = {ATTR_ITEM: item.summary, **_details(item, TodoItem())}
        await self.command(TodoServices.ADD_ITEM, data)

    @override
    async def async_update_todo_item(self, item: TodoItem) -> None:
        """Change over there what is another than it was known to be."""
        known = self._known(item)
        data = {
            ATTR_ITEM: item.uid or item.summary,
            ATTR_RENAME: item.summary if item.summary != known.summary else None,
            ATTR_STATUS: item.status,
            **_details(item, known),
        }
        await self.command(TodoServices.UPDATE_ITEM, data)

    @override
    async def async_delete_todo_items(self, uids: list[str]) -> None:
        """Take items off the list over there, one after the other."""
        for uid in uids:
            await self.command(TodoServices.REMOVE_ITEM, {ATTR_ITEM: uid})

    def _known(self, item: TodoItem) -> TodoItem:
        """Return an item as it was before, or one of which nothing is known."""
        return next(
            (one for one in self.todo_items or () if item.uid and one.uid == item.uid),
            TodoItem(),
        )


def _details(item: TodoItem, known: TodoItem) -> dict[str, Any]:
    """Return what else is another than it was known to be.

    ServiceValidationError for what was there and is to be nothing: no form can say that.
    """
    due = ATTR_DUE_DATETIME if isinstance(item.due, datetime) else ATTR_DUE_DATE
    made = {}
    for name, field in {ATTR_DUE: due, ATTR_DESCRIPTION: ATTR_DESCRIPTION}.items():
        new, old = getattr(item, name) or None, getattr(known, name) or None
        if new is None and old is not None:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="cannot_clear",
                translation_placeholders={"field": name},
            )
        if new != old:
            made[field] = new
    return made


def _item(row: Row) -> TodoItem:
    """Return the item in a row of the table, without what makes no sense in it."""
    made: dict[str, Any] = {}
    for name, convert in _COLUMNS.items():
        try:
            made[name] = convert(row.get(name))
        except ValueError:
            continue
    return TodoItem(**made)


async_setup_entry = partial(
    platform_async_setup_entry, platform=Platform.TODO, entity=XmppIotTodoList
)
