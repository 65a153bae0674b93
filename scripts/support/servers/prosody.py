"""Prosody, as an ordinary user's server is set up."""

import json
from pathlib import Path
import re
from typing import ClassVar, override

from ..processes import ChildProcess
from .base import XmppServer

_CONFIGURATION = """\
run_as_root = true            -- mod_posix refuses uid 0 otherwise; means nothing for others
daemonize = false
pidfile = "{directory}/prosody.pid"
data_path = "{directory}/data"
log = {{ {{ levels = {{ min = "info" }}; to = "file"; filename = "{directory}/prosody.log" }} }}
interfaces = {{ "{host}" }}; local_interfaces = {{ "{host}" }}
http_interfaces = {{ "{host}" }}; https_interfaces = {{ "{host}" }}
c2s_ports = {{ {port} }}; c2s_direct_tls_ports = {{ {tls_port} }}
s2s_ports = {{ {s2s_ports} }}; s2s_direct_tls_ports = {{}}
s2s_require_encryption = true; s2s_secure_auth = true; neighbours = {{ {neighbours} }}
http_ports = {{ {http_port} }}; https_ports = {{ {https_port} }}
http_default_host = "{domain}"
-- neither HTTPS nor direct TLS finds a certificate by the domain's name
ssl = {{ certificate = "{certificate}"; key = "{key}"; cafile = "{ca_file}" }}
https_ssl = {{ certificate = "{certificate}"; key = "{key}" }}
c2s_direct_tls_ssl = {{ certificate = "{certificate}"; key = "{key}" }}
authentication = "internal_hashed"; storage = "internal"
allow_registration = false
c2s_require_encryption = true
smacks_hibernation_time = 300
{limits}
plugin_paths = {{ "{modules}" }}; tally_file = "{tally_file}"
modules_disabled = {{ {without} }}
modules_enabled = {{
  "disco"; "roster"; "saslauth"; "tls"; "private"; "blocklist"; "carbons"; "smacks";
  "csi"; "csi_simple"; {pubsub} "ping"; "time"; "version"; "uptime"; "mam"; "adhoc";
  "posix"; "http"; "websocket"; {limits_module} {tally_module}
  {neighbours_module}
}}
VirtualHost "{domain}"
  admins = {{ "admin@{domain}" }}
-- files (XEP-0363), without TLS: they do not leave the machine
Component "upload.{domain}" "http_file_share"
  http_host = "{domain}"
  http_external_url = "http://{authority}:{http_port}/"
  http_file_share_size_limit = 1048576
"""
_MODULES = Path(__file__).with_name("prosody_modules")  # of our own
# Debian's prosody.cfg.lua
_STOCK_LIMITS = 'limits = { c2s = { rate = "10kb/s"; }; s2sin = { rate = "30kb/s"; }; }'


def _file_name(text: str) -> str:
    """Return the name under which Prosody stores the text (its util.datamanager)."""
    return re.sub(r"[^A-Za-z0-9]", lambda match: f"%{ord(match[0]):02x}", text)


class Prosody(XmppServer):
    """A Prosody (0.12 or newer)."""

    websocket_path: ClassVar[str] = "xmpp-websocket"
    tallies = False
    """Whether it counts stanzas: to be set before the start."""

    @property
    def _tally_file(self) -> Path:
        return self.directory / "tally.json"

    def tally(self) -> dict[str, dict[str, int]]:
        """Return how many stanzas of each kind ("in message") each user has had, half a second ago."""
        found: dict[str, dict[str, int]] = json.loads(self._tally_file.read_text())
        return found

    @override
    def _spawn(self, output: Path) -> ChildProcess:
        """Write configuration and accounts, and start the process."""
        program = self._program("prosody")
        configuration = self.directory / "prosody.cfg.lua"
        configuration.write_text(
            _CONFIGURATION.format(
                directory=self.directory,
                host=self.host,
                # (an IPv6 address is in brackets there)
                authority=f"[{self.host}]" if ":" in self.host else self.host,
                port=self.port,
                tls_port=self.tls_port,
                http_port=self.http_port,
                https_port=self.https_port,
                domain=self.domain,
                certificate=self._certificate.certificate,
                key=self._certificate.key,
                ca_file=self.ca_file,
                limits=self._limits(),
                pubsub='"pep"; "vcard4";'
                if self.pubsub
                else "",  # vcard4 brings pep along
                limits_module='"limits";' if self.stock_limits else "",
                modules=_MODULES,
                tally_file=self._tally_file,
                tally_module='"tally";' if self.tallies else "",
                **self._federation(),
            )
        )
        self._write_accounts()
        return ChildProcess(
            [program, "--config", str(configuration), "-F"],
            directory=self.directory,
            output=output,
        )

    def _limits(self) -> str:
        """Return what the configuration says of how fast clients may be."""
        if not self.stock_limits:
            return ""
        unlimited = ", ".join(f'"{user}@{self.domain}"' for user in self.unlimited)
        return f"{_STOCK_LIMITS}; unlimited_jids = {{ {unlimited} }}"

    def _federation(self) -> dict[str, object]:
        """Return what the configuration says of other domains."""
        ports = [f'["{name}"] = {port}' for name, port in self.neighbours.items()]
        return {
            "s2s_ports": self.s2s_port if ports else "",
            "neighbours": "; ".join(ports),
            "neighbours_module": '"neighbours";' if ports else "",
            "without": "" if ports else '"s2s";',
        }

    def _write_accounts(self) -> None:
        """Store the accounts; Prosody replaces a password by its hash at the first log-in.

        (prosodyctl would become the user of the distribution's service.)
        """
        folder = self.directory / "data" / _file_name(self.domain) / "accounts"
        folder.mkdir(parents=True, exist_ok=True)
        for user, account in self.own_accounts.items():
            file = folder / f"{_file_name(user)}.dat"
            if not file.exists():
                password = json.dumps(account.password)  # (a string of Lua's, too)
                file.write_text(f'return {{ ["password"] = {password}; }};\n')

    @override
    def _after_start(self) -> None:
        """Do nothing: the accounts are there before the start."""
