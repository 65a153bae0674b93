"""Entity ids in texts: a text that names an entity which its reader does not see tells of it.

Home Assistant puts ids into attributes (the members of a group, the trackers of a person), into what went
wrong, into its logbook and its repairs. Whether an entity of that id exists does not matter here.
"""

from collections.abc import Iterable
import re
from typing import Final

from homeassistant.const import Platform

# The domains that have entities and are no platform.
_OTHERS: Final = (
    "alert",
    "automation",
    "counter",
    "group",
    "input_boolean",
    "input_button",
    "input_datetime",
    "input_number",
    "input_select",
    "input_text",
    "person",
    "plant",
    "schedule",
    "script",
    "sun",
    "tag",
    "timer",
    "zone",
)
_DOMAINS: Final[Iterable[str]] = (*(str(one) for one in Platform), *_OTHERS)
_ENTITY_ID: Final = re.compile(
    rf"(?<![\w.])(?:{'|'.join(sorted(_DOMAINS))})\.[a-z0-9_]+(?![\w.]*\.\w)"
)


def is_entity_id(text: str) -> bool:
    """Return whether a text is an entity id and nothing else."""
    return _ENTITY_ID.fullmatch(text) is not None


def entities_in(text: str) -> frozenset[str]:
    """Return the entity ids that a text names."""
    return frozenset(_ENTITY_ID.findall(text))
