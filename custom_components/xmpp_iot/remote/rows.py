"""Rows that the tables of several platforms have."""

from typing import Final

from homeassistant.const import ATTR_STATE

from ..entity import Mirror
from .convert import flag, presentable, text, texts
from .node import RemoteNode

# What is on or off by its state.
ON: Final = Mirror("is_on", ATTR_STATE, convert=flag)

_CLOSED: Final = {"closed": True, "open": False}


def choice(attribute: str, listed: str, name: str = "") -> tuple[Mirror, Mirror]:
    """Return the rows of something chosen from a list, and of that list."""
    return (
        Mirror(attribute, name, convert=text, plain=True),
        Mirror(listed, static=True, convert=texts),
    )


def said(*names: str) -> tuple[Mirror, ...]:
    """Return the rows of what is shown just as it is said, under the same name."""
    return tuple(Mirror(name, convert=presentable, plain=True) for name in names)


def closed(node: RemoteNode) -> bool | None:
    """Return whether what opens and closes is closed: it says so, or else its state does."""
    found = node.boolean("is_closed")
    return _CLOSED.get(node.text(ATTR_STATE) or "") if found is None else found
