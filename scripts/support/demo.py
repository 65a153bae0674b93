"""The demo: a real XMPP server and two real Home Assistants that know each other.

All is on loopback and in a scratch folder, and is gone when the demo ends.
"""

import argparse
import asyncio
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
import json
import os
from pathlib import Path
import secrets
import shutil
import signal
import sys
import tempfile
from typing import Any, Final
import webbrowser

from . import demo_guide, demo_home
from .friends import make_friends
from .houses import House, Owner
from .instance import HomeAssistantError
from .linking import link, wait_until_shown
from .paths import ProgramMissing
from .ports import free_ports
from .processes import ProcessEnded
from .progress import say, step
from .servers import CertificateAuthority, XmppServer, federation, server_versions

DOMAIN: Final = "demo.example"
CABINS_DOMAIN: Final = "cabin.example"  # if it is on a server of its own
SERVER: Final = "prosody"
ACCOUNTS: Final = ("home", "cabin", "friend", "guest", "stranger")
# An account that nothing uses, to be set up by hand or by a test; a file in the scratch
# folder has its address and password.
SPARE: Final = "spare"
SPARE_FILE: Final = "spare.json"
RESOURCE: Final = "homeassistant"
PEOPLE: Final = ("friend", "guest")  # with clients of their own
LEVELS: Final = {"friend": "command", "guest": "read", "cabin": "command"}

# What people automate in the cabin, in Home Assistant's own editor, is kept there.
AUTOMATIONS_FILE: Final = "automations.yaml"
AUTOMATIONS: Final = f"automation: !include {AUTOMATIONS_FILE}\n"

FAILURES = (HomeAssistantError, OSError, ProcessEnded, ProgramMissing, TimeoutError)


@contextmanager
def scratch_folder() -> Generator[Path]:
    """Provide a folder that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="xmpp-iot-demo."))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _servers(
    folder: Path, authority: CertificateAuthority, names: str
) -> tuple[XmppServer, XmppServer | None]:
    """Prepare the server, and that of the cabin if it has one of its own."""
    users = {user: secrets.token_urlsafe(9) for user in (*ACCOUNTS, SPARE)}
    first, _, second = names.partition("+")
    versions = server_versions()
    cabins = {"cabin": users.pop("cabin")} if second else {}
    server = versions[first].server(folder / "server", authority, users, DOMAIN)
    if not second:
        return server, None
    other = versions[second].server(folder / "other", authority, cabins, CABINS_DOMAIN)
    return server, other


class Demo:
    """The server and the houses, from first to last."""

    def __init__(self, folder: Path, server: str = SERVER) -> None:
        """Prepare all in the folder; nothing is started.

        The server is one of `server_versions`, or two of them with a plus between: that of the cabin is the
        second then, of another domain.
        """
        authority = CertificateAuthority(folder / "authority")
        self.server, self._cabins_server = _servers(folder, authority, server)
        self.owner = Owner(username="owner", password=secrets.token_urlsafe(9))
        home_port, cabin_port = free_ports(2)
        self.home = House(folder / "home", "Home", home_port, demo_home.CONFIGURATION)
        self.cabin = House(folder / "cabin", "Cabin", cabin_port, AUTOMATIONS)
        (self.cabin.directory / AUTOMATIONS_FILE).write_text("[]\n")
        spare = self.server.accounts[SPARE]
        (folder / SPARE_FILE).write_text(
            json.dumps({"jid": spare.jid, "password": spare.password})
        )
        self.ways: dict[str, int] = {}
        """The port by which a house reaches the server, where that is another one."""
        self._account_answers = {
            "host": self.server.host,
            "tls": "starttls",
            "ca_certificate": authority.pem.decode(),
        }

    @contextmanager
    def running(self) -> Generator[None]:
        """Start the processes, and stop them all at the end, whatever happens."""
        houses = (self.home, self.cabin)
        with ExitStack() as stack:
            stack.callback(say, "all is stopped")
            with step("starting the XMPP server"):
                if self._cabins_server is None:
                    stack.enter_context(self.server)
                else:
                    stack.enter_context(federation(self.server, self._cabins_server))
            for house in houses:
                house.start()
                stack.callback(house.stop)
            for house in houses:
                stack.callback(house.terminate)
            stack.callback(say, "stopping ...")
            try:
                yield
            except FAILURES:
                for house in houses:
                    say(f"{house.name}'s last words:\n{house.last_words()}")
                raise

    async def set_up(self, *, linked: bool = True) -> None:
        """Do what the people of the houses would do in their browsers. Without `linked` cabin does not link home."""
        with step("starting two Home Assistants, home and cabin"):
            await asyncio.gather(
                self.home.wait_until_up(self.owner),
                self.cabin.wait_until_up(self.owner),
            )
        home = self.server.accounts["home"].jid
        async with self.home.api() as homeassistant:
            await demo_home.add_integrations(homeassistant)
            await demo_home.fill_areas(homeassistant)
            with step(f"setting up {home}, and its contacts"):
                entry_id = await self._add_account(self.home, "home")
                for user, level in LEVELS.items():
                    await homeassistant.add_subentry(
                        entry_id, "contact", [self._contact(user, level)]
                    )
        for user in PEOPLE:
            with step(f"{user} and home accept each other"):
                await make_friends(self.server, self.server.accounts[user], home)
        with step(f"setting up {self.server.accounts['cabin'].jid}"):
            await self._add_account(self.cabin, "cabin")
        if not linked:
            return
        async with self.cabin.api() as homeassistant:
            with step("cabin links home, and shows all it has"):
                await wait_until_shown(homeassistant, await link(homeassistant, home))

    async def _add_account(self, house: House, user: str) -> str:
        """Set up the account in the house, by the config flow; return the entry's id."""
        account = self.server.accounts[user]
        answers = {
            "jid": account.jid,
            "password": account.password,
            "server": self._account_answers
            | {"port": self.ways.get(user) or account.port or self.server.port},
        }
        async with house.api() as homeassistant:
            return await homeassistant.add_entry("xmpp_iot", answers)

    def _contact(self, user: str, level: str) -> dict[str, Any]:
        """Return the answers of the contact's form."""
        return {
            "jid": self.server.accounts[user].jid,
            "nickname": user.capitalize(),
            "level": level,
            "all_entities": True,
            "dangerous": level == "command",
        }

    def facts(self) -> dict[str, Any]:
        """Return what the ready file says (the demo contract)."""
        return {
            "version": 1,
            "xmpp": {
                "domain": self.server.domain,
                "host": self.server.host,
                "port": self.server.port,
                "tls_port": self.server.tls_port,
                "websocket_url": self.server.websocket_url,
                "ca_file": str(self.server.ca_file),
            },
            "accounts": {
                user: {"jid": account.jid, "password": account.password}
                | ({"port": account.port} if account.port else {})
                for user, account in self.server.accounts.items()
                if user in ACCOUNTS
            },
            "homeassistant": {
                "home": self._house_facts(self.home, "home"),
                "cabin": self._house_facts(self.cabin, "cabin"),
            },
        }

    def _house_facts(self, house: House, user: str) -> dict[str, Any]:
        """Return a house's part of the facts."""
        return {
            "url": house.url,
            "token": house.token,
            "username": self.owner.username,
            "password": self.owner.password,
            "config_dir": str(house.directory),
            "concentrator_jid": f"{self.server.accounts[user].jid}/{RESOURCE}",
        }


def draft_of(path: Path) -> Path:
    """Return where a file is written before it is there as a whole."""
    return path.with_name(f".{path.name}.{os.getpid()}")


@contextmanager
def ready_file(path: Path | None, facts: dict[str, Any]) -> Generator[None]:
    """Write the facts at once as a whole, for nobody else to read; remove them at the end."""
    if path is None:
        yield
        return
    draft = draft_of(path)
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(facts, indent=1))
    draft.replace(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


async def run(*, headless: bool, ready: Path | None, server: str) -> None:
    """Run the demo until the task is cancelled."""
    with scratch_folder() as folder:
        demo = Demo(folder, server)
        with demo.running():
            await demo.set_up()
            facts = demo.facts()
            with ready_file(ready, facts):
                print(demo_guide.text(facts), flush=True)
                if not headless:
                    webbrowser.open(demo.home.url)
                await asyncio.Event().wait()


async def until_told(*, headless: bool, ready: Path | None, server: str) -> None:
    """Run the demo until SIGINT, SIGTERM or SIGHUP; a second signal changes nothing."""
    task = asyncio.create_task(run(headless=headless, ready=ready, server=server))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, task.cancel)
    await asyncio.wait([task])
    if not task.cancelled():
        task.result()


def _known_servers(names: str) -> str:
    """Return the names, if there are such servers."""
    known = server_versions()
    if not set(names.split("+")) <= known.keys() or names.count("+") > 1:
        raise argparse.ArgumentTypeError(f"{names} is none of {', '.join(known)}")
    return names


def main() -> int:
    """Run the demo as the command line says; return the exit code."""
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument(
        "--headless", action="store_true", help="do not open home's page in a browser"
    )
    parser.add_argument(
        "--ready-file",
        type=Path,
        metavar="FILE",
        help="write the facts, as JSON, to FILE",
    )
    parser.add_argument(
        "--server",
        default=SERVER,
        type=_known_servers,
        metavar="NAME",
        help="the XMPP server, 'prosody' or 'ejabberd'; or two, as 'prosody+ejabberd': "
        "the cabin is on the second, of another domain",
    )
    options = parser.parse_args()
    ready: Path | None = options.ready_file
    try:
        if ready is not None:  # found out now, not when everything is up
            ready.unlink(
                missing_ok=True
            )  # of an earlier run: nobody must take it for this one's
            draft_of(ready).touch()
            draft_of(ready).unlink()
        asyncio.run(
            until_told(headless=options.headless, ready=ready, server=options.server)
        )
    except FAILURES as failure:
        say(f"error: {type(failure).__name__}: {failure}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
