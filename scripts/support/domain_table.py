"""The README's table of domains, made of what the component and Home Assistant say of them.

Home Assistant runs in this process, with every domain set up and no entity in it: which actions there are, and
which of them only answer, is not written down anywhere else.
"""

import asyncio
from collections.abc import Iterable
from typing import Any, Final

from custom_components.xmpp_iot.concentrator.catalogue import Catalogue
from custom_components.xmpp_iot.concentrator.commands import command_type
from custom_components.xmpp_iot.concentrator.domain import Domain, StateKind
from custom_components.xmpp_iot.concentrator.domains import DOMAINS
from custom_components.xmpp_iot.concentrator.inputs import OPTION_LISTS
from custom_components.xmpp_iot.contacts.targets import NOT_SHARED
from custom_components.xmpp_iot.wire.model import CommandType
from homeassistant.core import HomeAssistant, State
from homeassistant.setup import async_setup_component

from .paths import ROOT

README: Final = ROOT / "README.md"
BEGIN: Final = "<!-- domains: made by scripts/domains -->"
END: Final = "<!-- end of domains -->"

_STATES: Final = {
    StateKind.TEXT: "text",
    StateKind.ON_OFF: "on or off",
    StateKind.NUMBER: "number",
    StateKind.MOMENT: "moment",
    StateKind.DATE: "date",
    StateKind.TIME: "time",
    StateKind.BY_CLASS: "number, text, moment or date",
}
# An entity that supports all there is; the modes are in no feature.
_ALL_FEATURES: Final = 2**40 - 1
_EVERYTHING: Final[dict[str, Any]] = {
    **dict.fromkeys(OPTION_LISTS.values(), ("any",)),
    "supported_color_modes": ["brightness", "color_temp", "rgbww", "white"],
    "supported_features": _ALL_FEATURES,
}

# What it takes to set up a domain without an entity.
_CONFIGURED: Final[dict[str, Any]] = {
    "alert": {
        "any": {"name": "Any", "entity_id": "sun.sun", "repeat": 1, "notifiers": []}
    },
    "plant": {"any": {"sensors": {"moisture": "sensor.any"}}},
}


async def async_table(hass: HomeAssistant) -> str:
    """Return the table in Markdown; every domain of it is set up in `hass`."""
    for domain in DOMAINS:
        if not await _async_set_up(hass, domain):
            raise RuntimeError(f"{domain} cannot be set up")
    catalogue = Catalogue(hass)
    await catalogue.refresh()
    rows = (_row(domain, row, catalogue) for domain, row in DOMAINS.items())
    never = ", ".join(f"`{domain}`" for domain in sorted(NOT_SHARED))
    return "\n".join(
        (
            "| domain | state | parameters | commands | queries |",
            "|---|---|---|---|---|",
            *rows,
            "",
            f"Never shared, with anybody: {never}.",
        )
    )


async def _async_set_up(hass: HomeAssistant, domain: str) -> bool:
    config = {domain: _CONFIGURED[domain]} if domain in _CONFIGURED else {}
    return await async_setup_component(hass, domain, config)


def _row(domain: str, row: Domain, catalogue: Catalogue) -> str:
    commands: list[str] = []
    queries: list[str] = []
    state = State(f"{domain}.any", "any", _EVERYTHING)
    for action, description, inputs in catalogue.actions(state):
        query = command_type(description, inputs) is CommandType.QUERY
        (queries if query else commands).append(action)
    cells = (
        f"`{domain}`",
        _STATES[row.state],
        _names(one.name for one in row.parameters),
        _names(commands),
        _names(queries),
    )
    return f"| {' | '.join(cells)} |"


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def with_table(text: str, table: str) -> str:
    """Return a README with the table between its two marks; ValueError where they are not."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{BEGIN} and {END} are not both there")
    return f"{before}{begin}\n{table}\n{end}{after}"


async def _async_made() -> str:
    # It imports voluptuous, in whose place Home Assistant must have put its own before.
    from pytest_homeassistant_custom_component.common import async_test_home_assistant  # noqa: PLC0415

    async with async_test_home_assistant() as hass:
        table = await async_table(hass)
        await hass.async_stop(force=True)
    return table


if __name__ == "__main__":
    README.write_text(with_table(README.read_text(), asyncio.run(_async_made())))
