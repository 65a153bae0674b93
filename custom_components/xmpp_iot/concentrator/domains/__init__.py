"""The mapping of Home Assistant's domains to nodes: one row per domain, a file per family, and nothing else.

A domain without a row is readable all the same, with a text state and generic fields, and has its actions
as commands: what Home Assistant knows of them (fields, selectors, features) is derived in `catalogue.py`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ..domain import Domain
from .climate import CLIMATE
from .lists import LISTS
from .media import MEDIA
from .openings import OPENINGS
from .readings import READINGS
from .switches import SWITCHES
from .values import VALUES

DOMAINS: Final[Mapping[str, Domain]] = MappingProxyType(
    dict(
        sorted(
            {
                **CLIMATE,
                **LISTS,
                **MEDIA,
                **OPENINGS,
                **READINGS,
                **SWITCHES,
                **VALUES,
            }.items()
        )
    )
)

_GENERIC: Final = Domain()


def domain_of(entity_id: str) -> Domain:
    """Return the row of an entity's domain, the generic one where there is none."""
    return DOMAINS.get(entity_id.partition(".")[0], _GENERIC)
