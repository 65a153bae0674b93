"""scripts/demo keeps its contract, from the ready file to the last process."""

import json
import os
from pathlib import Path
import signal
import socket
import time
from typing import Any
from urllib.request import Request, urlopen

import pytest

from scripts.support.demo import ACCOUNTS
from scripts.support.paths import ROOT
from scripts.support.processes import ChildProcess

from .hostile import log

pytestmark = [pytest.mark.demo, pytest.mark.usefixtures("socket_enabled")]


def states(house: dict[str, Any]) -> set[str]:
    """Return the entity ids of a house, from its REST API."""
    request = Request(
        house["url"] + "/api/states",
        headers={"Authorization": f"Bearer {house['token']}"},
    )
    with urlopen(request, timeout=10) as answer:
        return {state["entity_id"] for state in json.load(answer)}


def test_the_ready_file_has_all_of_the_contract(demo: dict[str, Any]) -> None:
    """Every key that the contract names is there, and says something."""
    assert demo["version"] == 1
    assert demo["xmpp"].keys() == {
        "domain", "host", "port", "tls_port", "websocket_url", "ca_file",
    }  # fmt: skip
    assert demo["xmpp"]["host"] == "127.0.0.1"
    assert demo["xmpp"]["websocket_url"].startswith("wss://")
    assert Path(demo["xmpp"]["ca_file"]).exists()
    assert list(demo["accounts"]) == list(ACCOUNTS)
    for user, account in demo["accounts"].items():
        assert account["jid"] == f"{user}@{demo['xmpp']['domain']}"
        assert account["password"]
    for name, house in demo["homeassistant"].items():
        assert house.keys() == {
            "url", "token", "username", "password", "config_dir", "concentrator_jid",
        }  # fmt: skip
        jid = demo["accounts"][name]["jid"]
        assert house["concentrator_jid"] == f"{jid}/homeassistant"


def test_home_has_the_demo_s_entities_and_cabin_shows_them(
    demo: dict[str, Any],
) -> None:
    """Both houses answer with their tokens; only home has things, and cabin has linked it."""
    home = states(demo["homeassistant"]["home"])
    cabin = states(demo["homeassistant"]["cabin"])

    assert len(home) > 120
    assert {
        "light.kitchen_lights", "sensor.outside_temperature", "script.good_night",
        "scene.film", "input_boolean.guests_stay", "input_number.hot_water",
        "input_select.heating_mode", "input_button.ring_the_bell",
        "input_text.notice", "input_datetime.wake_up",
    } <= home  # fmt: skip
    assert {"light.kitchen_kitchen_lights", "sensor.outside_temperature"} <= cabin
    assert not {entity for entity in cabin if entity.startswith("input_")}


def test_all_listens_on_loopback_only(demo: dict[str, Any]) -> None:
    """Nothing of the demo can be reached from outside this machine."""
    ports = {
        *(demo["xmpp"][key] for key in ("port", "tls_port")),
        *(int(url.rpartition(":")[2].split("/")[0]) for url in _urls(demo)),
    }
    listening = _listening()

    assert ports <= {port for _, port in listening}
    assert {address for address, port in listening if port in ports} == {"127.0.0.1"}


def _urls(facts: dict[str, Any]) -> list[str]:
    houses = facts["homeassistant"].values()
    return [facts["xmpp"]["websocket_url"], *(house["url"] for house in houses)]


def _listening() -> set[tuple[str, int]]:
    """Return address and port of each TCP socket that listens (Linux: proc_net_tcp(5))."""
    found = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        local, _remote, status = line.split()[1:4]
        if status == "0A":
            address, port = local.split(":")
            packed = int(address, 16).to_bytes(4, "little")
            found.add((socket.inet_ntoa(packed), int(port, 16)))
    # an IPv6 socket of all addresses would take IPv4, too
    for line in Path("/proc/net/tcp6").read_text().splitlines()[1:]:
        local, _remote, status = line.split()[1:4]
        if status == "0A":
            found.add(("::", int(local.split(":")[1], 16)))
    return found


def test_nothing_of_ours_is_wrong_in_the_houses_logs(demo: dict[str, Any]) -> None:
    """Home Assistant logs no warning or error of ours but of attacks, and nothing that blocks its loop."""
    assert log(demo) == []


def start(folder: Path, *arguments: str) -> ChildProcess:
    """Start a demo of its own, whose scratch folder is made in the folder."""
    scratch = folder / "scratch"
    scratch.mkdir()
    return ChildProcess(
        [str(ROOT / "scripts" / "demo"), "--headless", *arguments],
        directory=folder,
        output=folder / "demo.out",
        environment={"TMPDIR": str(scratch)},
    )


def running(folder: Path) -> list[str]:
    """Return the command lines of the processes that have to do with the folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # it has ended
        line = b" ".join(words).decode(errors="replace")
        if f"{folder}/scratch" in line:
            found.append(line)
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_nothing_behind(tmp_path: Path, number: signal.Signals) -> None:
    """Told to end while it starts, the demo stops what it started, and removes all."""
    process = start(tmp_path, "--ready-file", str(tmp_path / "ready.json"))
    give_up = time.monotonic() + 60
    while len(running(tmp_path)) < 3:  # Prosody, and two Home Assistants
        process.expect_running(0.05, give_up=give_up)

    os.kill(process.pid, number)

    assert process.wait(60) == 0
    assert running(tmp_path) == []
    assert list((tmp_path / "scratch").iterdir()) == []
    assert not (tmp_path / "ready.json").exists()
    assert "all is stopped" in process.tail()


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    """A demo that fails at its last step says why, and ends as if told to."""
    folder = tmp_path / "missing"
    folder.mkdir()
    process = start(tmp_path, "--ready-file", str(folder / "ready.json"))
    give_up = time.monotonic() + 60
    while not running(tmp_path):
        process.expect_running(0.05, give_up=give_up)
    folder.rmdir()

    assert process.wait(100) == 1
    assert running(tmp_path) == []
    assert list((tmp_path / "scratch").iterdir()) == []
    assert "error: FileNotFoundError" in process.tail()
    assert "missing" in process.tail()


def test_a_killed_demo_takes_its_children_along(tmp_path: Path) -> None:
    """Processes do not outlive a demo that had no chance to stop them."""
    process = start(tmp_path)
    give_up = time.monotonic() + 60
    while len(running(tmp_path)) < 3:
        process.expect_running(0.05, give_up=give_up)

    os.kill(process.pid, signal.SIGKILL)

    process.wait(10)
    while running(tmp_path):
        assert time.monotonic() < give_up
        time.sleep(0.05)  # (not our children: there is nothing to wait on)


def test_a_ready_file_that_cannot_be_written_is_refused_at_once(tmp_path: Path) -> None:
    """Nothing is started for a file that nobody could read in the end."""
    process = start(tmp_path, "--ready-file", str(tmp_path / "nowhere" / "ready.json"))

    assert process.wait(30) == 1
    assert "error: FileNotFoundError" in process.tail()
    assert "starting" not in process.tail()


def test_a_ready_file_of_an_earlier_run_is_removed_first(tmp_path: Path) -> None:
    """Whoever waits for the file gets this run's facts, or none."""
    ready = tmp_path / "ready.json"
    ready.write_text("stale")
    process = start(tmp_path, "--ready-file", str(ready))
    give_up = time.monotonic() + 60
    while not running(tmp_path):
        process.expect_running(0.05, give_up=give_up)

    assert not ready.exists() or ready.read_text() != "stale"
    process.stop(60)
    assert not ready.exists()
