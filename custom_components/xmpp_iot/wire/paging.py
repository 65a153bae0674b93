"""Lists in pages, as they are asked for and answered (XEP-0059, Result Set Management).

An extension of the concentrator's operations that answer with lists of nodes: a `set` in the request's
element, and in the answer's. Who does not ask for pages never sees one.
"""

from typing import Final

from .errors import BadRequest, FeatureNotImplemented
from .model import ValueType
from .page import MAX_ITEMS, Page, Place
from .xml import Element, bounded, clark, element, parse_value

RSM: Final = "http://jabber.org/protocol/rsm"
_SET: Final = clark(RSM, "set")
_MAX: Final = clark(RSM, "max")
_AFTER: Final = clark(RSM, "after")
_FIRST: Final = clark(RSM, "first")
_LAST: Final = clark(RSM, "last")
_COUNT: Final = clark(RSM, "count")
# Ways through a list that are not offered: backwards, and right into its middle.
_OTHER_WAYS: Final = tuple(clark(RSM, name) for name in ("before", "index"))
_MOST: Final = 1_000_000_000  # of what is counted


def encode_page(page: Page) -> Element:
    """Return what asks for a page."""
    after = [element(_AFTER, text=page.after)] if page.after else []
    return element(_SET, {}, element(_MAX, text=str(page.most)), *after)


def decode_page(request: Element) -> Page | None:
    """Return which page is asked for, None for all there is; FeatureNotImplemented for pages backwards."""
    if (wish := request.find(_SET)) is None:
        return None
    if any(wish.find(way) is not None for way in _OTHER_WAYS):
        raise FeatureNotImplemented("Lists are read forwards, page by page.")
    most = _count(wish.find(_MAX))
    return Page(
        MAX_ITEMS if most is None else min(most, MAX_ITEMS), _text(wish.find(_AFTER))
    )


def encode_place(place: Place) -> Element:
    """Return what says where a page is."""
    index = None if place.index is None else str(place.index)
    items = [
        element(_FIRST, {"index": index}, text=place.first),
        element(_LAST, text=place.last),
    ]
    count = [] if place.count is None else [element(_COUNT, text=str(place.count))]
    return element(_SET, {}, *(items if place.last else ()), *count)


def decode_place(answer: Element) -> Place | None:
    """Return where a page is; None for an answer that is all there is."""
    if (said := answer.find(_SET)) is None:
        return None
    first = said.find(_FIRST)
    index = None if first is None else first.get("index")
    return Place(
        count=_count(said.find(_COUNT)),
        index=None if index is None else _number(index),
        first=_text(first),
        last=_text(said.find(_LAST)),
    )


def _text(found: Element | None) -> str:
    return "" if found is None else bounded(found.text or "")


def _count(found: Element | None) -> int | None:
    return None if found is None else _number(found.text or "")


def _number(text: str) -> int:
    number = parse_value(ValueType.INT, text)
    if not isinstance(number, int) or not 0 <= number <= _MOST:
        raise BadRequest("So many there cannot be.")
    return number
