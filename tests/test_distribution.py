"""The tests are shared such that little is started twice, and nobody is in another's way."""

from typing import override

import pytest

from scripts.support.ports import CHOICE, free_ports, share

from .distribution import arrange, group


@pytest.mark.parametrize(
    ("test", "name"),
    [
        ("demo/test_walk.py::test_it[nf]", "demo"),
        ("browser/test_config_flow.py::test_it", "demo"),
        ("server/test_house.py::test_it[nf-ejabberd]", "ejabberd"),
        ("server/test_house.py::test_it[nf-prosody]", "prosody"),
        ("server/test_house.py::test_it[nf-prosody-13]", "prosody-13"),
        ("server/test_link.py::test_it[ejabberd+prosody-all]", "ejabberd+prosody"),
        ("server/test_feeds.py::TestPlain::test_it", "prosody"),
        ("test_servers.py::test_it[ejabberd]", "ejabberd"),
        ("contacts/test_roster_on_a_server.py::test_it", "prosody"),
        ("wire/test_service_online.py::test_it[prosody]", "prosody"),
        ("wire/test_xml.py::test_an_ejabberd", "tests/wire/test_xml.py"),
    ],
)
def test_what_starts_the_same_stays_together(test: str, name: str) -> None:
    """A server and the demo are groups, every other file is one."""
    assert group(f"tests/{test}") == name


class Named(pytest.Item):
    """A test that has only an id."""

    @override
    def runtest(self) -> None:
        """Nobody runs it."""
        raise NotImplementedError


def test_what_starts_something_comes_first_and_then_the_largest(
    request: pytest.FixtureRequest,
) -> None:
    """The order within a group stays, and small groups come at the end."""
    names = [
        "a.py::test_1", "b.py::test_2", "b.py::test_1", "server/c.py::test_1[ejabberd]",
        "server/c.py::test_1[prosody]", "demo/d.py::test_1",
    ]  # fmt: skip
    items: list[pytest.Item] = [
        Named.from_parent(request.session, name=name, nodeid=f"tests/{name}")
        for name in names
    ]

    arrange(items)

    assert [one.nodeid.removeprefix("tests/") for one in items] == [
        "demo/d.py::test_1", "server/c.py::test_1[ejabberd]",
        "server/c.py::test_1[prosody]", "b.py::test_2", "b.py::test_1", "a.py::test_1",
    ]  # fmt: skip


@pytest.mark.usefixtures("socket_enabled")
def test_each_process_has_ports_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shares are all of the ports, and no port is in two of them."""
    bounds = [tuple(map(int, share(n, 3).split("-"))) for n in range(3)]
    monkeypatch.setenv(CHOICE, share(1, 3))

    ports = free_ports(20)

    assert [first for first, _ in bounds[1:]] == [last + 1 for _, last in bounds[:-1]]
    assert (bounds[0][0], bounds[-1][1]) == (20000, 32767)
    assert all(bounds[1][0] <= port <= bounds[1][1] for port in ports)
    assert len(set(ports)) == 20
