"""Three houses in a ring: each shows the next one, and nothing goes round.

All are in one Home Assistant. So every change is published three times, and shown three times.
"""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot.const import DOMAIN
from homeassistant.core import HomeAssistant
from scripts.support.servers import CertificateAuthority, Prosody

from ..conftest import USERS
from .conftest import account_data, contact
from .linked import concentrator, entities_of, is_linked, link_of, mirror, until

RING: Final = ("home", "cabin", "friend")
SENSORS: Final = tuple(f"sensor.meter_{number}" for number in range(5))
RATE: Final = 20  # changes a second
CHANGES: Final = 40
QUIET: Final = 1.0  # seconds, in which the server writes twice what it has counted

# For a change: each house publishes it, is told so, and the house before it gets it.
STANZAS: Final = 3 * len(RING)


@pytest.fixture
def counting(
    tmp_path: Path, certificate_authority: CertificateAuthority, socket_enabled: None
) -> Generator[Prosody]:
    """Return a server that counts stanzas."""
    server = Prosody(tmp_path / "ring", "ring.example", certificate_authority, USERS)
    server.tallies = True
    with server:
        yield server


@pytest.fixture
async def ring(
    hass: HomeAssistant, counting: Prosody
) -> AsyncGenerator[tuple[MockConfigEntry, ...]]:
    """Return the accounts, each of which has linked the next one, and the last one the first."""
    for entity_id in SENSORS:
        hass.states.async_set(entity_id, "0")
    entries = []
    async with AsyncExitStack() as stack:
        for number, user in enumerate(RING):
            entry = MockConfigEntry(
                domain=DOMAIN,
                title=user,
                unique_id=counting.accounts[user].jid,
                data=account_data(counting, user),
                subentries_data=[contact(counting, RING[number - 1], "command")],
            )
            entry.add_to_hass(hass)
            assert await hass.config_entries.async_setup(entry.entry_id)
            stack.push_async_callback(hass.config_entries.async_unload, entry.entry_id)
            entries.append(entry)
        for entry, after in zip(entries, (*RING[1:], RING[0]), strict=True):
            jid = counting.accounts[after].jid
            hass.config_entries.async_add_subentry(entry, concentrator(jid, after))
        await hass.async_block_till_done()
        for entry in entries:
            await is_linked(hass, link_of(entry))
        yield tuple(entries)


async def change(hass: HomeAssistant, begin: int) -> None:
    """Let the sensors change, one after the other."""
    begun = hass.loop.time()
    for number in range(CHANGES):
        await asyncio.sleep(begun + number / RATE - hass.loop.time())
        hass.states.async_set(SENSORS[number % len(SENSORS)], str(begin + number))


def stanzas(server: Prosody) -> int:
    """Return how many stanzas all have sent and got."""
    return sum(count for kinds in server.tally().values() for count in kinds.values())


async def test_nothing_goes_round_in_a_ring(
    hass: HomeAssistant, counting: Prosody, ring: tuple[MockConfigEntry, ...]
) -> None:
    """A change costs the same stanzas at any time, none when nothing changes, and all are equal at the end."""
    links = [link_of(entry) for entry in ring]

    def equal() -> bool:
        return all(
            hass.states.is_state(entity_id, mirror(hass, link, entity_id).state)
            for link in links
            for entity_id in SENSORS
        )

    counts, before = [], 0
    for turn in range(2):
        await asyncio.sleep(QUIET)
        before = stanzas(counting)
        await change(hass, begin=turn * CHANGES + 1)
        await until(hass, equal)
        await asyncio.sleep(QUIET)
        counts.append(stanzas(counting) - before)
    await asyncio.sleep(QUIET)

    assert stanzas(counting) - before == counts[-1]
    assert max(counts) <= CHANGES * STANZAS
    shown = set[str]().union(*(entities_of(hass, entry) for entry in ring))
    assert len(shown) > len(ring) * len(SENSORS)
    assert not any(node.id in shown for link in links for node in link.store)
