"""What all tests share: our component in Home Assistant, and real XMPP servers.

The servers, and the demo, run once per session. A test that talks to one needs the fixture
`socket_enabled` too: without it pytest-socket refuses every socket.
"""

import asyncio
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
import json
import logging
import os
import socket
import time
from typing import Any

import pytest
from pytest_socket import enable_socket
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# Without this import Home Assistant finds the test plugin's own custom_components only.
import custom_components.xmpp_iot  # noqa: F401
from homeassistant.runner import MAX_EXECUTOR_WORKERS
from homeassistant.util import executor
from scripts.support.paths import ROOT, ProgramMissing, find_node
from scripts.support.ports import CHOICE, share
from scripts.support.processes import ChildProcess
from scripts.support.servers import CertificateAuthority, XmppServer

from .distribution import ByGroup, arrange
from .server_table import table
from .servers import DEMO_SERVER, KNOWN, USERS, chosen, instead_of, running

REAL = frozenset({"server", "demo", "browser"})  # marks
SERVERS = frozenset({"server", *KNOWN})  # fixtures
__all__ = ["USERS"]  # for tests that start servers of their own


def pytest_configure() -> None:
    """Give each process that shares the tests (pytest-xdist) ports that no other takes."""
    # (Home Assistant's plugin has every statement of the recorder's told)
    logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)
    # Home Assistant joins its idle threads for 1 s in all before it interrupts them. On a busy machine
    # that may take away the word to end that one passes on to the next, and the rest then stay: a
    # test's teardown failed. They have ten seconds each, in each of the ten rounds; a thread that
    # hangs is found by the test's own time limit.
    executor.EXECUTOR_SHUTDOWN_TIMEOUT = 10 * 10 * MAX_EXECUTOR_WORKERS
    if (worker := os.environ.get("PYTEST_XDIST_WORKER")) is not None:
        count = int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
        os.environ[CHOICE] = share(int(worker.removeprefix("gw")) % count, count)


def pytest_xdist_make_scheduler(
    config: pytest.Config, log: Producer
) -> LoadScopeScheduling:
    """Share the tests by group."""
    config.option.loadscopereorder = False  # the order is ours
    return ByGroup(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Arrange the tests by group if several processes share them; real programs get a second chance.

    A server, a browser or a Home Assistant of its own may have been late on a machine that does three things
    at once. What failed at first is listed as rerun: that is to be looked at, too.
    """
    for item in items:
        marked = any(item.get_closest_marker(name) for name in REAL)
        if marked or not SERVERS.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.flaky(reruns=1))
    if "PYTEST_XDIST_WORKER" in os.environ:
        arrange(items)


@pytest.fixture(autouse=True)
async def enable_event_loop_debug() -> None:
    """Let the event loop check itself, but not note where each task and timer was made.

    That would take a third of the time of all tests; PYTHONASYNCIODEBUG=1 has it noted.
    Home Assistant's fixture of this name has it noted always.
    """
    loop = asyncio.get_running_loop()
    loop.set_debug(True)  # whether threads keep away from it, coroutines are awaited
    if "PYTHONASYNCIODEBUG" not in os.environ:
        # Tasks, futures and timers ask this; the loop looks at what was set above.
        setattr(loop, "get_debug", lambda: False)  # noqa: B010


@pytest.fixture(autouse=True)
def custom_components_found(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant find our component in every test that has one."""
    if "hass" not in request.fixturenames:
        return
    if "recorder_mock" in request.fixturenames:
        request.getfixturevalue("recorder_mock")  # must come before `hass`
    request.getfixturevalue("enable_custom_integrations")


@pytest.fixture(scope="session")
def certificate_authority(
    tmp_path_factory: pytest.TempPathFactory,
) -> CertificateAuthority:
    """Return the authority that the servers' certificates are of."""
    return CertificateAuthority(tmp_path_factory.mktemp("authority"))


@contextmanager
def sockets_allowed() -> Generator[None]:
    """Allow what starts a server to open sockets: the test that first wants it has them disabled."""
    guarded = socket.socket
    enable_socket()
    try:
        yield
    finally:
        socket.socket = guarded  # type: ignore[misc]


def _server(name: str) -> Callable[..., Generator[XmppServer]]:
    """Return the fixture that runs the server of that name, or the two."""

    def start(
        tmp_path_factory: pytest.TempPathFactory,
        certificate_authority: CertificateAuthority,
    ) -> Generator[XmppServer]:
        """Return a running server, with all users."""
        directory = tmp_path_factory.mktemp("server") / "server"
        with ExitStack() as stack:
            try:
                with sockets_allowed():
                    server = stack.enter_context(
                        running(name, directory, certificate_authority)
                    )
            except ProgramMissing as missing:
                if "CI" in os.environ:
                    raise
                pytest.skip(str(missing))
            yield server

    return start


# A fixture for each name: `prosody` and `ejabberd` are those that tests ask for by themselves.
for _name in KNOWN:
    globals()[f"_{_name}"] = pytest.fixture(scope="session", name=_name)(_server(_name))


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let the tests that take servers take those that are chosen, if any are."""
    parametrize = metafunc.parametrize

    def replacing(names: Any, values: Any, *args: Any, **how: Any) -> None:
        if names == "server":
            values = instead_of(values)
        parametrize(names, values, *args, **how)

    if chosen():
        setattr(metafunc, "parametrize", replacing)  # noqa: B010


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which test files passed on which servers, if they were chosen."""
    if chosen():
        terminalreporter.section("servers")
        terminalreporter.write(table(terminalreporter.stats))


@pytest.fixture(scope="session")
def node() -> str:
    """Return the path of Node.js."""
    try:
        return find_node()
    except ProgramMissing as missing:
        if "CI" in os.environ:
            raise
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Generator[dict[str, Any]]:
    """Run scripts/demo, and return what its ready file says (see the demo contract)."""
    folder = tmp_path_factory.mktemp("demo")
    ready = folder / "ready.json"
    command = [str(ROOT / "scripts" / "demo"), "--headless", "--ready-file", str(ready)]
    if server := os.environ.get(DEMO_SERVER):
        command += ["--server", server]
    process = ChildProcess(
        command,
        directory=folder,
        output=folder / "demo.out",
    )
    try:
        give_up = time.monotonic() + 100
        while not ready.exists():
            process.expect_running(0.1, give_up=give_up)
        yield json.loads(ready.read_text())
    finally:
        process.stop(60)
