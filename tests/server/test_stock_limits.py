"""Behind the limits that ejabberd comes with, 3,000 bytes a second: states stay fresh and commands quick.

Figures with `-rP`.
"""

import asyncio
from collections.abc import AsyncGenerator, Generator
import logging
import time
from urllib.parse import parse_qs

import pytest

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from scripts.support.servers import CertificateAuthority, Ejabberd, XmppServer

from ..conftest import USERS, sockets_allowed
from .client import Client
from .conftest import House, open_house
from .dialects import ITEMS, NF

_LOGGER = logging.getLogger(__name__)

pytestmark = pytest.mark.server
LIGHT = "light.kitchen_lights"


@pytest.fixture
def platforms() -> list[Platform]:
    """Return what is enough here."""
    return [Platform.LIGHT]


@pytest.fixture(scope="module")
def stock(
    tmp_path_factory: pytest.TempPathFactory,
    certificate_authority: CertificateAuthority,
) -> Generator[XmppServer]:
    """Return that server."""
    with sockets_allowed():
        server = Ejabberd(
            tmp_path_factory.mktemp("stock") / "server",
            "stock.example",
            certificate_authority,
            USERS,
            stock_limits=True,
        ).start()
    yield server
    with sockets_allowed():
        server.stop()


@pytest.fixture
async def house(
    hass: HomeAssistant, stock: XmppServer, socket_enabled: None
) -> AsyncGenerator[House]:
    """Return a house on it."""
    async with open_house(hass, stock) as house:
        yield house


class Crowd:
    """Entities that all change once a second, and what is told of them."""

    def __init__(self, house: House, count: int) -> None:
        """Have so many sensors."""
        self._hass = house.hass
        self.sensors = [f"sensor.crowd_{number}" for number in range(count)]
        self._since: dict[tuple[str, str], float] = {}  # when each had each value
        self.told: dict[str, str] = {}
        self.stale: list[float] = []
        self.now = 0

    def change(self) -> None:
        """Change all."""
        self.now += 1
        for sensor in self.sensors:
            self._hass.states.async_set(
                sensor, str(self.now), {"unit_of_measurement": "W"}
            )
            self._since[sensor, str(self.now)] = time.monotonic()

    async def live(self, seconds: int) -> None:
        """Change once a second, some at a time."""
        for _ in range(seconds):
            begun = time.monotonic()
            self.change()
            await asyncio.sleep(max(0, begun + 1 - time.monotonic()))

    async def listen(self, client: Client) -> None:
        """Note what is told, and how old it is when it comes."""
        while True:
            message = await client.message(ITEMS)
            came = time.monotonic()
            for node in message.iter(f"{{{NF.sd}}}nd"):
                self._hear(node.get("id", ""), node, came)

    def _hear(self, sensor: str, node: object, came: float) -> None:
        for one in node.iter():  # type: ignore[attr-defined]
            if one.get("n") == "state" and sensor in self.sensors:
                value = f"{float(one.get('v')):.0f}"
                self.told[sensor] = value
                self.stale.append(came - self._since[sensor, value])


async def command(client: Client, house: House, on: bool) -> float:
    """Switch a lamp, and return how many seconds the answer took."""
    begun = time.monotonic()
    await client.result(house.jid, NF.set(LIGHT, NF.power(on)), "set", patience=20)
    return time.monotonic() - begun


async def subscribe(client: Client, house: House) -> None:
    """Follow what a client sees, without reading the names of a thousand entities before."""
    address = await house.entry.runtime_data.feeds.async_address(client.bare, NF.con)
    node = parse_qs(address.partition("?")[2], separator=";")["node"][0]
    await client.result(
        house.bare,
        "<pubsub xmlns='http://jabber.org/protocol/pubsub'>"
        f"<subscribe node='{node}' jid='{client.jid}'/></pubsub>",
        "set",
    )


@pytest.mark.parametrize(("count", "freshest"), [(50, 2.0), (1_000, None)])
async def test_states_stay_fresh_and_commands_quick(
    house: House, stock: XmppServer, count: int, freshest: float | None
) -> None:
    """Fifty are less than two seconds old; of a thousand the newest values go, and nothing piles up."""
    crowd = Crowd(house, count)
    crowd.change()
    await house.hass.async_block_till_done()
    async with Client.logged_in(stock, "friend") as friend:
        await friend.sees(house.bare)
        await subscribe(friend, house)
        listening = asyncio.create_task(crowd.listen(friend))
        changing = asyncio.create_task(crowd.live(9))
        await asyncio.sleep(5)  # what may be said at once has been said
        crowd.stale.clear()
        answers = []
        for number in range(5):
            answers.append(await command(friend, house, bool(number % 2)))
            await asyncio.sleep(0.5)
        transport = house.entry.runtime_data.session._stream.transport
        waiting = transport.get_write_buffer_size()
        feeds = house.entry.runtime_data.feeds
        dirty = max(len(feed.dirty) for feed in feeds._feeds.values())
        await changing
        stale = sorted(crowd.stale)
        _LOGGER.info(
            "%s entities: %s told, median %.2f s, worst %.2f s old; commands %s s; %s dirty, %s bytes wait",
            count,
            len(stale),
            stale[len(stale) // 2],
            stale[-1],
            [round(one, 2) for one in answers],
            dirty,
            waiting,
        )
        listening.cancel()
        await asyncio.wait({listening})
        friend.forget()
        await friend.quiet()
    assert max(answers) < 1
    assert dirty <= count + len(house.hass.states.async_entity_ids("light"))
    assert waiting < 10_000
    if freshest is not None:
        assert stale[-1] < freshest
