"""The server tests run on the servers that are chosen, and a table says which of them passed where."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.support import ports
from scripts.support.servers import versions
from scripts.support.servers.names import name_server

from .server_table import table
from .servers import CHOICE, KNOWN, chosen, instead_of, named_in


@dataclass(frozen=True, slots=True)
class Report:
    """What pytest says of a test."""

    nodeid: str


def test_the_table_says_what_passed_where(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row for each file, a column for each server; what did not pass is seen at once."""
    monkeypatch.setenv(CHOICE, "prosody prosody+ejabberd")
    stats: Mapping[str, list[Report]] = {
        "passed": [
            Report("tests/a.py::one[prosody]"),
            Report("tests/a.py::two[nf-prosody]"),
            Report("tests/a.py::one[prosody+ejabberd]"),
            Report("tests/c.py::one"),
        ],
        "failed": [Report("tests/a.py::two[prosody+ejabberd-x]")],
        "skipped": [Report("tests/b.py::one[prosody]")],
    }

    lines = table(stats).splitlines()

    assert lines[0].split() == ["prosody", "prosody+ejabberd"]
    assert [line.split("  ", 1)[0] for line in lines[2:]] == [
        "tests/a.py",
        "tests/b.py",
        "all",
    ]
    assert [" ".join(line.split()[1:]) for line in lines[2:]] == [
        "2 1 of 2 !",
        "- -",
        "2 1 of 2 !",
    ]


@pytest.mark.parametrize(
    ("said", "names"), [("", ()), ("ejabberd", ("ejabberd",)), ("all", KNOWN)]
)
def test_the_servers_are_those_that_are_chosen(
    said: str, names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing said is those that the tests name; 'all' is all versions, and pairs of them."""
    monkeypatch.setenv(CHOICE, said)

    assert chosen() == names


def test_a_test_of_two_servers_runs_on_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has nothing to say of one; any other test runs on one as on two."""
    monkeypatch.setenv(CHOICE, "prosody prosody+ejabberd")

    assert instead_of(["ejabberd+prosody"]) == ("prosody+ejabberd",)
    assert instead_of(["ejabberd"]) == ("prosody", "prosody+ejabberd")


@pytest.mark.parametrize(
    ("test_id", "name"),
    [
        ("a.py::test_it[prosody]", "prosody"),
        ("a.py::test_it[nf-ejabberd-26]", "ejabberd-26"),
        ("a.py::test_it[x-prosody-0.12+ejabberd-23-y]", "prosody-0.12+ejabberd-23"),
        ("a.py::test_an_ejabberd", None),
        ("a.py::test_it[prosodyx]", None),
    ],
)
def test_a_test_says_which_server_it_is_on(test_id: str, name: str | None) -> None:
    """The name is the part of the id in brackets that is one of a server."""
    assert named_in(test_id) == name


def test_unpacked_versions_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What scripts/setup has unpacked is called by what people call it; the machine's own is not doubled."""
    suite = tmp_path / "suite"
    suite.mkdir()
    (suite / "versions").write_text("prosody 13.0.7\nejabberd 26.07\n")
    monkeypatch.setattr(versions, "_UNPACKED", tmp_path)
    monkeypatch.setattr(
        versions, "_own_version", {"prosody": "0.12.3", "ejabberd": "26.07"}.get
    )

    found = versions.server_versions()

    assert {name: one.version for name, one in found.items()} == {
        "prosody": "0.12.3",
        "ejabberd": "26.07",
        "prosody-13": "13.0.7",
    }
    assert found["prosody-13"].programs == suite / "bin"
    assert found["prosody-13"].domain == "prosody-13.example"


def test_a_name_server_knows_only_what_it_is_told() -> None:
    """The question for a domain's servers (RFC 2782) is answered with a port of localhost."""
    erlang = name_server(5353, {"a.example": 258})

    question = b"\x0c_xmpp-server\x04_tcp\x01a\x07example\0\0\x21\0\x01"
    answer = b"\0\0\0\0\x01\x02\x09localhost\0"
    known = [f"<<{','.join(map(str, part))}>>" for part in (question, answer)]
    assert " => ".join(known) in erlang
    assert "gen_udp:open(5353" in erlang


def test_a_port_is_not_given_twice(
    socket_enabled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Servers that are prepared together do not share one; when most have been given it begins anew."""
    monkeypatch.setattr(ports, "_given", set())
    monkeypatch.setenv(ports.CHOICE, "29000-29019")

    first, second = set(ports.free_ports(4)), set(ports.free_ports(4))

    assert not first & second
    assert len(ports.free_ports(4)) == len(ports.free_ports(4)) == 4
