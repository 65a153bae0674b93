"""ejabberd, without ejabberdctl: no epmd, no cookie, no change of user."""

import json
from pathlib import Path
import re
from typing import ClassVar, override
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from ..ports import LOOPBACK, accepts_connections, free_ports
from ..processes import ChildProcess
from .base import XmppServer
from .names import name_server

# The braces of YAML are doubled for str.format.
_CONFIGURATION = """\
loglevel: info
log_rotate_count: 0
hosts: ["{domain}"]
certfiles: ["{combined}"]
ca_file: "{ca_file}"
auth_method: [internal]
auth_password_format: scram
auth_scram_hash: sha256
disable_sasl_mechanisms: ["digest-md5", "X-OAUTH2"]
{talks_to_servers}listen:
  - port: {port}
    ip: "{host}"
    module: ejabberd_c2s
    max_stanza_size: 262144
    shaper: c2s_shaper
    starttls: true
    starttls_required: true
  - port: {tls_port}
    ip: "{host}"
    module: ejabberd_c2s
    max_stanza_size: 262144
    shaper: c2s_shaper
    tls: true
{listens_to_servers}  - port: {http_port}
    ip: "{host}"
    module: ejabberd_http
    request_handlers: {{/api: mod_http_api}}
  - port: {https_port}
    ip: "{host}"
    module: ejabberd_http
    tls: true
    request_handlers: {{/ws: ejabberd_http_ws}}
acl:
  admin: {{user: ["admin@{domain}"]}}
  local: {{user_regexp: ""}}
access_rules:
  local: {{allow: local}}
  configure: {{allow: admin}}
  pubsub_createnode: {{allow: local}}
api_permissions:
  loopback: {{who: {{ip: "127.0.0.0/8"}}, what: ["*"]}}
shaper:
  normal: {{rate: 3000, burst_size: 20000}}
shaper_rules:
  max_user_sessions: 50
  c2s_shaper: {shaper}
modules:
  mod_adhoc: {{}}
  mod_admin_extra: {{}}
  mod_blocking: {{}}
  mod_caps: {{}}
  mod_carboncopy: {{}}
  mod_client_state: {{}}
  mod_configure: {{}}
  mod_disco: {{}}
  mod_http_api: {{}}
  mod_mam: {{default: roster, assume_mam_usage: true}}
  mod_offline: {{}}
  mod_ping: {{}}
  mod_privacy: {{}}
  mod_private: {{}}
  mod_pubsub:
    access_createnode: pubsub_createnode
    plugins: ["flat", "pep"]
    ignore_pep_from_offline: true
    last_item_cache: false
    max_items_node: 1000
  mod_roster: {{versioning: true}}
  mod_stream_mgmt: {{resend_on_timeout: if_offline, resume_timeout: 300}}
  mod_vcard: {{search: false}}
  mod_version: {{}}
"""
_LISTENS_TO_SERVERS = """\
  - port: {s2s_port}
    ip: "{host}"
    module: ejabberd_s2s_in
    max_stanza_size: 524288
"""
# Without mod_s2s_dialback who has no certificate for its domain is nobody.
_TALKS_TO_SERVERS = """\
s2s_use_starttls: required
s2s_dns_timeout: 2
# Who was not reached is left alone for up to five minutes where nothing is said: longer than a test.
s2s_max_retry_delay: 1
outgoing_s2s_families: [ipv4]
"""
# Names are resolved from the hosts file of nobody: all is on loopback.
_INETRC = '{resolv_conf,""}.\n{hosts_file,""}.\n{host,{127,0,0,1},["localhost"]}.\n'
_CONFLICT = 409  # the account is there


def _erlang_libraries(control: str) -> str:
    """Return the folder with ejabberd's own libraries, as its control script names it."""
    match = re.search(r"^ERL_LIBS='?\"?([^'\"\n]+)", control, re.MULTILINE)
    return match[1] if match else ""


class Ejabberd(XmppServer):
    """An ejabberd (23.01 or newer)."""

    websocket_path: ClassVar[str] = "ws"

    @override
    def _spawn(self, output: Path) -> ChildProcess:
        """Write the configuration and start Erlang with ejabberd in it."""
        libraries = _erlang_libraries(Path(self._program("ejabberdctl")).read_text())
        for name in ("spool", "home"):
            (self.directory / name).mkdir(exist_ok=True)
        configuration = self.directory / "ejabberd.yml"
        configuration.write_text(
            _CONFIGURATION.format(
                host=LOOPBACK,
                port=self.port,
                tls_port=self.tls_port,
                http_port=self.http_port,
                https_port=self.https_port,
                domain=self.domain,
                combined=self._certificate.combined,
                ca_file=self.ca_file,
                shaper="normal" if self.stock_limits else "none",
                **self._federation(),
            )
        )
        inetrc = self.directory / "inetrc"
        inetrc.write_text(_INETRC)
        return ChildProcess(
            # fmt: off
            [
                self._program("erl"),
                "+K",
                "true",
                "-noinput",
                "-mnesia",
                "dir",
                f'"{self.directory}/spool"',
                "-ejabberd",
                "log_rotate_count",
                "0",
                *self._names(),
                "-s",
                "ejabberd",
            ],
            # fmt: on
            directory=self.directory,
            output=output,
            environment={
                "ERL_LIBS": libraries,
                "EJABBERD_CONFIG_PATH": str(configuration),
                "EJABBERD_LOG_PATH": str(self.directory / "ejabberd.log"),
                "ERL_INETRC": str(inetrc),
                "ERL_CRASH_DUMP": str(self.directory / "crash.dump"),
                "ERL_MAX_PORTS": "4096",
                "HOME": str(self.directory / "home"),
                "CONTRIB_MODULES_PATH": str(self.directory / "contrib"),
                "CONTRIB_MODULES_CONF_DIR": str(self.directory / "contrib"),
            },
        )

    def _names(self) -> list[str]:
        """Return the arguments that let it find the servers of other domains."""
        if not self.neighbours:
            return []
        (port,) = free_ports(1)
        return ["-eval", name_server(port, self.neighbours)]

    def _federation(self) -> dict[str, str]:
        """Return what the configuration says of other domains."""
        if not self.neighbours:
            return {"listens_to_servers": "", "talks_to_servers": ""}
        return {
            "listens_to_servers": _LISTENS_TO_SERVERS.format(
                s2s_port=self.s2s_port, host=LOOPBACK
            ),
            "talks_to_servers": _TALKS_TO_SERVERS,
        }

    @override
    def _ready(self) -> bool:
        """Return whether the server takes clients and commands now."""
        return accepts_connections(self.http_port) and super()._ready()

    @override
    def _after_start(self) -> None:
        """Register the accounts."""
        for user, account in self.own_accounts.items():
            try:
                self.command(
                    "register", user=user, host=self.domain, password=account.password
                )
            except HTTPError as error:
                if error.code != _CONFLICT:
                    raise

    def command(self, name: str, **arguments: str) -> object:
        """Run one of ejabberd's commands, and return its result; HTTPError if it fails."""
        request = Request(
            f"http://{LOOPBACK}:{self.http_port}/api/{name}",
            json.dumps(arguments).encode(),
            {"Content-Type": "application/json"},
        )
        # (a proxy of the environment's is not for loopback)
        with build_opener(ProxyHandler({})).open(request, timeout=10) as answer:
            result: object = json.load(answer)
        return result
