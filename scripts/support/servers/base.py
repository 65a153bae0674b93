"""What all XMPP servers of the tests have in common."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
import time
from types import MappingProxyType, TracebackType
from typing import ClassVar, Self

from ..paths import find_program
from ..ports import LOOPBACK, free_ports, offers_stream
from ..processes import ChildProcess
from .certificates import CertificateAuthority

_START_TIMEOUT = 60.0  # seconds; a busy machine needs many times the usual 0.2 to 2
_PROBE_INTERVAL = 0.05


@dataclass(frozen=True, slots=True)
class ServerAccount:
    """An account on a server."""

    jid: str
    password: str = field(repr=False)
    port: int | None = None
    """Where it logs in by STARTTLS, unless that is clear."""


class XmppServer(ABC):
    """A server for one domain, with accounts, as a process of its own on loopback.

    Clients must use TLS, with a certificate of the authority's: STARTTLS at `port`, or
    direct TLS at `tls_port`. Every account has a PubSub service (PEP). It talks with the
    servers of other domains only once it has a neighbour: by TLS (1.2 or 1.3), with
    certificates of the authority's, verified on both sides, and without dialback.
    """

    websocket_path: ClassVar[str]

    def __init__(
        self,
        directory: Path,
        domain: str,
        authority: CertificateAuthority,
        users: Mapping[str, str],
        *,
        stock_limits: bool = False,
        pubsub: bool = True,
        programs: Path | None = None,
        host: str = LOOPBACK,
    ) -> None:
        """Prepare a server; users are local parts and passwords.

        With stock_limits it slows clients down as its distribution's configuration does, without
        pubsub accounts have no PubSub service (Prosody only). `programs` is the folder of another
        version than the machine's own (see versions.py), `host` the address of loopback at which it
        listens (Prosody only).
        """
        directory.mkdir(parents=True)
        self.directory = directory
        self.domain = domain
        self.host = host
        self.ca_file = authority.file
        self.stock_limits = stock_limits
        self.unlimited: Collection[str] = ()
        """Users whom it never slows down, as an administrator may have it (Prosody only): to be set before the start."""
        self.pubsub = pubsub
        self.programs = programs
        self.own_accounts: Mapping[str, ServerAccount] = MappingProxyType(
            {
                user: ServerAccount(f"{user}@{domain}", password)
                for user, password in users.items()
            }
        )
        self.accounts = self.own_accounts
        """Who can be talked with here: with another server's accounts once they are `lodged`."""
        self._certificate = authority.issue(domain)
        self._process: ChildProcess | None = None
        self.neighbours: dict[str, int] = {}
        ports = free_ports(5)
        self.port, self.tls_port, self.http_port, self.https_port, self.s2s_port = ports

    @property
    def websocket_url(self) -> str:
        """Return the address for clients that speak XMPP over WebSocket (RFC 7395)."""
        return f"wss://{LOOPBACK}:{self.https_port}/{self.websocket_path}"

    def reaches(self, other: XmppServer, port: int | None = None) -> None:
        """Find the other domain's server there, from the next start on (without a port: where it is)."""
        self.neighbours[other.domain] = port or other.s2s_port

    def lodges(self, other: XmppServer) -> None:
        """Have the other server's accounts among `accounts`, which then say where they log in."""
        theirs = {
            user: replace(account, port=other.port)
            for user, account in other.own_accounts.items()
        }
        self.accounts = MappingProxyType(theirs | dict(self.own_accounts))

    def _program(self, name: str) -> str:
        """Return the path of a program of this version's; ProgramMissing."""
        return str(self.programs / name) if self.programs else find_program(name)

    @abstractmethod
    def _spawn(self, output: Path) -> ChildProcess:
        """Write the configuration and start the process."""

    @abstractmethod
    def _after_start(self) -> None:
        """Do what can be done only while the server runs."""

    def _ready(self) -> bool:
        """Return whether the server takes clients now."""
        return offers_stream(self.port, self.domain, host=self.host)

    def start(self) -> Self:
        """Start the server, and return when it takes clients; ProcessEnded if it cannot."""
        self._process = process = self._spawn(self.directory / "server.out")
        give_up = time.monotonic() + _START_TIMEOUT
        try:
            while not self._ready():
                process.expect_running(_PROBE_INTERVAL, give_up=give_up)
            self._after_start()
        except BaseException:
            process.stop()
            raise
        return self

    def kill(self) -> None:
        """End the server without a word, as a power cut would; it can be started again."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    def stop(self) -> None:
        """Stop the server; it can be started again, with what it stored."""
        if self._process is not None:
            self._process.stop()
            self._process = None

    def __enter__(self) -> Self:
        """Start the server."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the server."""
        self.stop()
