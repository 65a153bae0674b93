"""Two houses with all the ways between them that are compared, each with a lane of entities of its own.

In home there are as many entities, all alike, in each lane (see crowd), and each lane has one way out of it:

* `ours`: the cabin is a contact that may see it, and has linked home: by XMPP, through the demo's server;
* `mqtt`: Home Assistant's mqtt_statestream with attributes, which a mirror needs; mosquitto; and Home Assistant's
  sensors, binary sensors and switches of MQTT in the cabin, which take the states only: there is no way for them to
  take the attributes as mqtt_statestream sends them;
* `lean`: the same without attributes;
* `socket`: Home Assistant's WebSocket API, to a client (which is less than remote_homeassistant does: that writes
  what comes to the states of another house);
* `nobody`: no way; it shows what a change costs anyhow.

So one run measures all of them in turn in the same processes, each without the others. All of them use TLS.
"""

from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
import json
import os
from pathlib import Path
from typing import Any, Final, override

from . import bench_link
from .bench_inside import add_component
from .demo import Demo, scratch_folder
from .instance import HomeAssistant
from .linking import shown_as
from .mosquitto import USER, Mosquitto
from .ports import LOOPBACK, free_ports
from .progress import step
from .servers import CertificateAuthority

OURS: Final = "ours"
MQTT: Final = "mqtt"
LEAN: Final = "lean"
SOCKET: Final = "socket"
NOBODY: Final = "nobody"
LANES: Final = (OURS, MQTT, LEAN, SOCKET, NOBODY)
FEW: Final = 1000
MANY: Final = 9_800
"""Entities of a lane: Home Assistant adds no more than 10,000 to an entry, with all that is beside them."""
STREAMS: Final[Mapping[str, bool]] = {MQTT: True, LEAN: False}  # with attributes?
KINDS: Final = ("binary_sensor", "sensor", "switch", "sensor")  # of each four (crowd)

_LIMIT: Final = 10_000  # entities of an entry
_TEMPORARY: Final = "TMPDIR"
_START_PATIENCE: Final = 900.0  # seconds

_ENTRY: Final[Mapping[str, Any]] = {
    "created_at": "2026-01-01T00:00:00+00:00",
    "modified_at": "2026-01-01T00:00:00+00:00",
    "disabled_by": None,
    "discovery_keys": {},
    "domain": "mqtt",
    "entry_id": "bench",
    "version": 2,
    "minor_version": 1,
    "options": {"discovery": False},
    "pref_disable_new_entities": False,
    "pref_disable_polling": False,
    "source": "user",
    "subentries": [],
    "title": "MQTT",
    "unique_id": None,
}
_LIKE_THE_ORIGINAL: Final[Mapping[str, Mapping[str, str]]] = {
    "sensor": {
        "unit_of_measurement": "W",
        "device_class": "power",
        "state_class": "measurement",
    },
    "binary_sensor": {"payload_on": "on", "payload_off": "off"},
    "switch": {"state_on": "on", "state_off": "off"},
}


def sizes(count: int) -> dict[str, int]:
    """Return how many entities each lane has: so many, but both lanes of MQTT are in one entry."""
    return dict.fromkeys(LANES, count) | {LEAN: min(count, _LIMIT - count)}


def original(lane: str, number: int) -> str:
    """Return the entity id of one of those in home."""
    return f"{KINDS[number % len(KINDS)]}.{lane}_{number}"


class Course(Demo):
    """The demo with the lanes, in which its people see one of these only."""

    def __init__(self, folder: Path, count: int, server: str) -> None:
        """Prepare all in the folder, with so many entities in each lane; nothing is started."""
        super().__init__(folder, server)
        authority = CertificateAuthority(folder / "others")
        self.mosquitto = Mosquitto(directory=folder / "mosquitto", authority=authority)
        self.authority = authority
        (self.tls_port,) = free_ports(1)
        issued = authority.issue("home.example")
        options = {
            "port": self.tls_port,
            "certificate": str(issued.certificate),
            "key": str(issued.key),
        }
        crowd = {"lanes": sizes(count)}
        streams = [_stream(*one) for one in STREAMS.items()]
        # (JSON is YAML)
        add_component(self.home.directory, "crowd", json.dumps(crowd))
        add_component(self.home.directory, "witness", json.dumps(options))
        add_component(self.home.directory, "statestreams", json.dumps(streams))
        add_component(self.cabin.directory, "witness")
        with (self.cabin.directory / "configuration.yaml").open("a") as file:
            file.write(f"mqtt: {json.dumps(_mirrors(count))}\n")
        for house in (self.home, self.cabin):
            house.patience = _START_PATIENCE
            self._know_mosquitto(house.directory)

    def _know_mosquitto(self, configuration: Path) -> None:
        """Give a house that is not started yet its entry of MQTT."""
        data = {
            "broker": LOOPBACK,
            "port": self.mosquitto.port,
            "username": USER,
            "password": self.mosquitto.password,
            "certificate": self.authority.pem.decode(),
            "tls_insecure": False,
            "protocol": "5",
        }
        content = {
            "version": 1,
            "minor_version": 5,
            "key": "core.config_entries",
            "data": {"entries": [{**_ENTRY, "data": data}]},
        }
        (configuration / ".storage" / "core.config_entries").write_text(
            json.dumps(content)
        )

    @override
    def _contact(self, user: str, level: str) -> dict[str, Any]:
        """Return the answers of the contact's form: our lane is all there is for each of them."""
        answers = super()._contact(user, level)
        return answers | {"all_entities": False, "target": {"floor_id": [OURS]}}


def _stream(lane: str, attributes: bool) -> dict[str, Any]:
    """Return the configuration of the mqtt_statestream of a lane."""
    return {
        "base_topic": lane,
        "publish_attributes": attributes,
        "include": {"entity_globs": [f"*.{lane}_*"]},
    }


def _mirrors(count: int) -> dict[str, list[dict[str, Any]]]:
    """Return the configuration of MQTT that shows the lanes of the streams in the cabin, under the same entity ids."""
    found: dict[str, list[dict[str, Any]]] = {}
    for lane in STREAMS:
        for number in range(sizes(count)[lane]):
            entity_id = original(lane, number)
            kind, _, name = entity_id.partition(".")
            options = {
                "name": name,
                "unique_id": name,
                "default_entity_id": entity_id,
                "icon": "mdi:flash",
                "state_topic": f"{lane}/{kind}/{name}/state",
                **_LIKE_THE_ORIGINAL[kind],
            }
            if kind == "switch":
                options["command_topic"] = f"{lane}/{kind}/{name}/set"
            found.setdefault(kind, []).append(options)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """All that is up."""

    course: Course
    count: int  # of entities in each lane
    home: HomeAssistant
    cabin: HomeAssistant
    mirrors: Mapping[str, str]
    """What shows an entity of home in the cabin, by the first one's entity id."""

    @property
    def facts(self) -> Mapping[str, Any]:
        """Return what the ready file of the demo would say."""
        return self.course.facts()


@contextmanager
def _temporary_files(folder: Path) -> Generator[None]:
    """Have children keep their temporary files in the folder.

    Home Assistant's MQTT keeps its certificate there, by a name that is the same in each run.
    """
    before = os.environ.get(_TEMPORARY)
    os.environ[_TEMPORARY] = str(folder)
    try:
        yield
    finally:
        del os.environ[_TEMPORARY]
        if before is not None:
            os.environ[_TEMPORARY] = before


@asynccontextmanager
async def world(
    count: int, server: str, *, stock_limits: bool = False
) -> AsyncGenerator[Track]:
    """Provide all of it, with so many entities in each lane."""
    with scratch_folder() as folder:
        course = Course(folder, count, server)
        course.server.stock_limits = stock_limits
        with (
            _temporary_files(folder),
            course.mosquitto.running(),
            course.running(),
        ):
            await course.set_up(linked=False)
            async with course.home.api() as home, course.cabin.api() as cabin:
                with step(f"cabin links home, {count} entities"):
                    await bench_link.run(course.facts(), count)
                theirs = await shown_as(cabin, home)
                same = {
                    entity_id: entity_id
                    for lane in STREAMS
                    for entity_id in (
                        original(lane, n) for n in range(sizes(count)[lane])
                    )
                }
                yield Track(
                    course=course,
                    count=count,
                    home=home,
                    cabin=cabin,
                    mirrors=theirs | same,
                )
