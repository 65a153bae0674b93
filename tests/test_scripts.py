"""The scripts' own parts work: the gate of the coverage, children, files, parsing."""

import json
import os
from pathlib import Path
import resource
import subprocess
import time

import pytest

from scripts.support import coverage_gate, demo, demo_guide
from scripts.support.ha_requirements import requirements
from scripts.support.paths import ROOT, ProgramMissing, find_program
from scripts.support.processes import ChildProcess, ProcessEnded, child_environment

SHELL = sorted(
    path
    for folder in (ROOT / "scripts", ROOT / "scripts" / "support", ROOT / ".ci")
    for path in folder.iterdir()
    if path.is_file() and path.suffix in ("", ".sh")
)


@pytest.mark.parametrize("path", SHELL, ids=lambda path: path.name)
def test_a_shell_script_parses(path: Path) -> None:
    """Bash reads the script, and can execute it if it is a command."""
    subprocess.run(["bash", "-n", path], check=True)
    assert os.access(path, os.X_OK) is (path.suffix == "")


def processor_time() -> float:
    """Return the seconds of processor time that ended children have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_a_later_setup_costs_next_to_nothing() -> None:
    """A set-up that finds all in place takes less than two seconds, and says nothing.

    They are counted of the processor: other tests keep it busy.
    """
    subprocess.run([ROOT / "scripts" / "setup"], check=True)
    begun = processor_time()

    again = subprocess.run(
        [ROOT / "scripts" / "setup"],
        check=True,
        capture_output=True,
        stdin=subprocess.DEVNULL,
    )

    assert processor_time() - begun < 2
    assert again.stdout + again.stderr == b""


def test_requirements_follow_dependencies() -> None:
    """What an integration's dependencies require is required."""
    found = requirements(["default_config"])

    assert any(name.startswith("home-assistant-frontend==") for name in found)


def report(tmp_path: Path, **percent: float) -> Path:
    """Write a coverage report in which each module has so many percent."""
    path = tmp_path / "coverage.json"
    files = {
        f"custom_components/xmpp_iot/{name}.py": {
            "summary": {"percent_covered": value},
            "missing_lines": [7, 8],
        }
        for name, value in percent.items()
    }
    path.write_text(json.dumps({"files": files}))
    return path


def test_a_module_tested_too_little_is_named(tmp_path: Path) -> None:
    """Modules have a bound of 95 %, config flows one of 100 %."""
    found = coverage_gate.violations(
        report(tmp_path, good=95.0, poor=94.9, config_flow=99.9, subentry_flow=100.0)
    )

    assert found == [
        "custom_components/xmpp_iot/config_flow.py: 99.9 % (of 100 %), not run: 7, 8",
        "custom_components/xmpp_iot/poor.py: 94.9 % (of 95 %), not run: 7, 8",
    ]


def test_a_missing_program_is_named() -> None:
    """Who wants a program that is not there is told where to get it."""
    with pytest.raises(ProgramMissing, match="xmpp-iot-none .* scripts/setup"):
        find_program("xmpp-iot-none")


def test_children_inherit_bytecode_and_no_import_path(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A Home Assistant we start writes bytecode, and finds only its own components."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("PYTHONPATH", "somewhere")

    environment = child_environment({"EXTRA": "yes"})

    assert environment["EXTRA"] == "yes"
    assert not {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH"} & environment.keys()


def test_a_child_that_ends_is_noticed_with_its_last_words(tmp_path: Path) -> None:
    """Waiting for a process that ends by itself fails at once, and says what it said."""
    child = ChildProcess(
        ["sh", "-c", "echo no luck; exit 3"],
        directory=tmp_path,
        output=tmp_path / "out",
    )

    with pytest.raises(ProcessEnded, match=r"ended with 3:\nno luck"):
        child.expect_running(10, give_up=time.monotonic() + 10)


def test_a_child_that_is_not_ready_is_given_up(tmp_path: Path) -> None:
    """Waiting has an end, and a stubborn child too."""
    child = ChildProcess(
        ["sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.1; done"],
        directory=tmp_path,
        output=tmp_path / "out",
    )
    give_up = time.monotonic() + 20
    while "up" not in child.tail():
        child.expect_running(0.01, give_up=give_up)

    with pytest.raises(TimeoutError, match="not ready"):
        child.expect_running(0.01, give_up=time.monotonic())
    child.stop(patience=0.2)

    assert child.ended()


FACTS = {
    "xmpp": {"host": "h", "port": 1, "tls_port": 2, "websocket_url": "w", "ca_file": "c"},
    "accounts": {"friend": {"jid": "friend@demo.example", "password": "secret"}},
    "homeassistant": {
        "home": {
            "url": "http://home", "username": "owner", "password": "open",
            "concentrator_jid": "home@demo.example/homeassistant",
        },
        "cabin": {"url": "http://cabin"},
    },
}  # fmt: skip


def test_the_guide_says_how_to_log_in() -> None:
    """A person is told addresses, passwords, and what to try."""
    text = demo_guide.text(FACTS)

    for fact in ("http://home", "http://cabin", "owner", "open", "secret", "Ctrl-C"):
        assert fact in text
    assert text.count("<iq ") == text.count("</iq>") == 2


def test_the_ready_file_is_private_and_goes_away(tmp_path: Path) -> None:
    """The file has passwords in it: only its owner reads it, while the demo runs."""
    path = tmp_path / "ready.json"

    with demo.ready_file(path, FACTS):
        assert json.loads(path.read_text()) == FACTS
        assert path.stat().st_mode & 0o077 == 0

    assert list(tmp_path.iterdir()) == []


def test_the_demo_is_started_with_what_the_command_line_says() -> None:
    """An unknown argument is refused before anything starts."""
    wrong = subprocess.run(
        [ROOT / "scripts" / "demo", "--wrong"], capture_output=True, check=False
    )

    assert wrong.returncode == 2
    assert b"--ready-file FILE" in wrong.stderr
