"""Mosquitto, an MQTT server, for the benches that compare: on loopback, by TLS only, as its friends would set it up.

Where its defaults would be to its disadvantage they are not kept: nothing that waits is dropped, as much as wanted is
in flight, and small packets do not wait for each other (Nagle).
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
import os
from pathlib import Path
import secrets
import subprocess
import time
from typing import Final

from .paths import find_program
from .ports import LOOPBACK, accepts_connections, free_ports
from .processes import ChildProcess
from .servers import CertificateAuthority

DOMAIN: Final = "mqtt.example"
USER: Final = "house"

_CONFIGURATION: Final = """\
listener {port} {host}
cafile {ca_file}
certfile {certificate}
keyfile {key}
allow_anonymous false
password_file {passwords}
persistence false
set_tcp_nodelay true
max_queued_messages 0
max_inflight_messages 0
log_dest stdout
log_type error
{user}
"""
_START_TIMEOUT: Final = 20.0  # seconds
_POLL: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Mosquitto:
    """A server with one user, whose files are all in one folder."""

    directory: Path
    authority: CertificateAuthority
    port: int = field(default_factory=lambda: free_ports(1)[0])
    password: str = field(default_factory=lambda: secrets.token_urlsafe(9), repr=False)

    def _configured(self) -> Path:
        """Write the configuration and the password, and return where the first is."""
        self.directory.mkdir(parents=True)
        issued = self.authority.issue(DOMAIN)
        passwords = self.directory / "passwords"
        passwords.touch(mode=0o600)
        passwords.write_text(f"{USER}:{self.password}\n")
        subprocess.run(
            [find_program("mosquitto_passwd"), "-U", passwords],
            check=True,
            capture_output=True,
        )
        file = self.directory / "mosquitto.conf"
        file.write_text(
            _CONFIGURATION.format(
                port=self.port,
                host=LOOPBACK,
                ca_file=self.authority.file,
                certificate=issued.certificate,
                key=issued.key,
                passwords=passwords,
                # else it would become the user of the distribution's service
                user="user root" if os.getuid() == 0 else "",
            )
        )
        return file

    @contextmanager
    def running(self) -> Generator[None]:
        """Start the server, and stop it at the end; ProcessEnded, TimeoutError, ProgramMissing."""
        process = ChildProcess(
            [find_program("mosquitto"), "-c", str(self._configured())],
            directory=self.directory,
            output=self.directory / "mosquitto.out",
        )
        try:
            give_up = time.monotonic() + _START_TIMEOUT
            while not accepts_connections(self.port):
                process.expect_running(_POLL, give_up=give_up)
            yield
        finally:
            process.stop()
