"""A list in pages (XEP-0059, Result Set Management): which page is wanted, and where in the list one is."""

from dataclasses import dataclass
from typing import Final

MAX_ITEMS: Final = 500
"""On a page, however many are wanted."""


@dataclass(frozen=True, slots=True)
class Page:
    """The page that is wanted: at most so many items, after the one called `after`, or from the beginning."""

    most: int = MAX_ITEMS
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a page is: how many items there are (about), and how many are before the page; None for unsaid."""

    count: int | None = None
    index: int | None = None
    first: str = ""
    last: str = ""
    """What to go on after; empty where the page is."""
