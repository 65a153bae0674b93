"""What an element says before it is one: the same content stands in other elements in other dialects."""

from collections.abc import Mapping
from dataclasses import dataclass

from .xml import NO_ATTRIBUTES, Element, element


@dataclass(frozen=True, slots=True)
class Content:
    """What an answer says, before it is in an element."""

    attributes: Mapping[str, str | None] = NO_ATTRIBUTES
    children: tuple[Element, ...] = ()
    text: str = ""

    def within(self, tag: str, results: Mapping[str, str | None]) -> Element:
        """Return the element `tag` with this content and the attributes `results`."""
        return element(
            tag, {**results, **self.attributes}, *self.children, text=self.text
        )
