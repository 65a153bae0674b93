"""What goes wrong between two servers: a connection that is cut, and a certificate that nobody vouches for."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from functools import partial
import itertools
from pathlib import Path

import pytest

from custom_components.xmpp_iot.remote import assurance, link as remote_link
from custom_components.xmpp_iot.remote.link import Link
from custom_components.xmpp_iot.wire.disco import PING_QUERY
from custom_components.xmpp_iot.wire.errors import NoAnswer, RemoteError
from custom_components.xmpp_iot.wire.xml import element
from homeassistant.core import HomeAssistant
from scripts.support.servers import (
    CertificateAuthority,
    XmppServer,
    federation,
    server_versions,
)
from tests.servers import HOUSES, USERS

from .cable import Cable, cable
from .client import Client
from .conftest import House
from .linked import mirror, until

pytestmark = pytest.mark.server

LIGHT = "light.kitchen_lights"
OTHER = "light.bed_light"
PING = "<ping xmlns='urn:xmpp:ping'/>"
PAIRS = [("prosody", "ejabberd"), ("ejabberd", "prosody")]
NOT_REACHED = {"remote-server-not-found", "remote-server-timeout"}


@dataclass
class Roads:
    """What lies between two servers, one for each that begins a connection."""

    between: tuple[Cable, ...]

    def cut(self, *, for_good: bool = False) -> None:
        """End what is between them; nothing new is let through if it is `for_good`."""
        for road in self.between:
            road.broken = for_good
            road.cut()

    def mend(self) -> None:
        """Let new connections through."""
        for road in self.between:
            road.broken = False

    async def tried(self) -> None:
        """Wait until the house's server has tried in vain to reach the other one."""
        there, _ = self.between
        there.turned_away.clear()
        await there.turned_away.wait()


def pair(
    names: tuple[str, str], folder: Path, *authorities: CertificateAuthority
) -> tuple[XmppServer, XmppServer]:
    """Prepare servers of those names, each with a certificate of an authority."""
    users = (
        {user: USERS[user] for user in HOUSES},
        {user: word for user, word in USERS.items() if user not in HOUSES},
    )
    home, away = (
        server_versions()[name].server(
            folder / where, authority, theirs, f"{where}.{name}.example"
        )
        for name, where, authority, theirs in zip(
            names, ("near", "far"), authorities, users, strict=True
        )
    )
    return home, away


def shows(hass: HomeAssistant, link: Link, state: str) -> bool:
    """Return whether the light is shown in a state."""
    return mirror(hass, link, LIGHT).state == state


@pytest.fixture(params=PAIRS, ids="+".join)
def kinds(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Return each pair of kinds in turn: the house's, and the others'."""
    names: tuple[str, str] = request.param
    return names


class TestRoads:
    """The connection between the servers."""

    @pytest.fixture
    async def server_and_roads(
        self,
        kinds: tuple[str, str],
        tmp_path: Path,
        certificate_authority: CertificateAuthority,
        socket_enabled: None,
    ) -> AsyncGenerator[tuple[XmppServer, Roads]]:
        """Return two servers of our own, as the house's, and what is between them."""
        home, away = pair(kinds, tmp_path, certificate_authority, certificate_authority)
        async with AsyncExitStack() as stack:
            there, back = [
                await stack.enter_async_context(cable(one.host, one.s2s_port))
                for one in (away, home)
            ]
            with federation(home, away, there.port, back.port) as server:
                yield server, Roads((there, back))

    @pytest.fixture
    def server(self, server_and_roads: tuple[XmppServer, Roads]) -> XmppServer:
        """Return the house's server."""
        return server_and_roads[0]

    @pytest.fixture
    def roads(self, server_and_roads: tuple[XmppServer, Roads]) -> Roads:
        """Return what is between the servers."""
        return server_and_roads[1]

    @pytest.fixture
    def asked(self, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
        """Make silences short, before anybody waits for one; return what is set when one is over."""
        asked = asyncio.Event()
        check = assurance.Assurance.check

        async def noted(one: assurance.Assurance) -> None:
            await check(one)
            asked.set()

        monkeypatch.setattr(assurance.Assurance, "check", noted)
        monkeypatch.setattr(assurance, "GRACE", 0.2)
        monkeypatch.setattr(assurance, "EVERY", 0.5)
        monkeypatch.setattr(assurance, "ANSWER_WITHIN", 1)
        monkeypatch.setattr(remote_link, "FIRST_PAUSE", 0.2)
        return asked

    async def test_after_a_cut_the_next_change_brings_the_lost_one(
        self, hass: HomeAssistant, house: House, link: Link, roads: Roads
    ) -> None:
        """A server loses what it sent into a cut; the house here sees the gap, and reads what it has missed."""
        roads.cut(for_good=True)
        hass.states.async_set(LIGHT, "off")
        await hass.async_block_till_done()
        roads.mend()

        # Between servers nobody says what is lost, so the next one may be lost too.
        for number in itertools.count():
            hass.states.async_set(OTHER, "on", {"brightness": number})
            with suppress(TimeoutError):
                await until(
                    hass, lambda: mirror(hass, link, LIGHT).state == "off", timeout=1
                )
                break
        await until(hass, lambda: mirror(hass, link, OTHER).state == "on")

        shown = mirror(hass, link, LIGHT).entity_id
        await hass.services.async_call(
            "light", "turn_on", {"entity_id": shown}, blocking=True
        )
        assert house.state(LIGHT) == "on"

    @pytest.mark.parametrize("kinds", PAIRS[:1])
    async def test_after_a_cut_what_was_lost_is_read_though_nothing_else_changes(
        self,
        hass: HomeAssistant,
        asked: asyncio.Event,
        house: House,
        link: Link,
        roads: Roads,
    ) -> None:
        """Nobody sees the break: after a silence the other house is asked for the number of what it said last."""
        await asyncio.wait_for(asked.wait(), 30)  # all is read: no answer can be lost
        session = house.entry.runtime_data.session
        cabin = house.server.accounts["cabin"].jid
        roads.cut(for_good=True)
        with pytest.raises((RemoteError, NoAnswer)):  # the server knows it
            await session.iq(cabin, element(PING_QUERY), timeout=3)
        hass.states.async_set(LIGHT, "off")
        await roads.tried()
        roads.mend()
        assert not shows(hass, link, "off")
        await until(hass, partial(shows, hass, link, "off"), timeout=20)


async def test_a_server_that_nobody_vouches_for_is_not_talked_with(
    kinds: tuple[str, str], tmp_path: Path, socket_enabled: None
) -> None:
    """Without a certificate of an authority that the other one trusts nothing goes between two servers."""
    authorities = [
        CertificateAuthority(tmp_path / f"authority{number}") for number in range(2)
    ]
    home, away = pair(kinds, tmp_path, *authorities)
    with federation(home, away):
        async with (
            Client.logged_in(home, "home") as resident,
            Client.logged_in(away, "friend") as friend,
        ):
            assert await resident.refusal(friend.jid, PING) in NOT_REACHED
            assert await friend.refusal(resident.jid, PING) in NOT_REACHED
