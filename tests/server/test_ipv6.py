"""A server that listens at an IPv6 address only."""

from collections.abc import Generator
from pathlib import Path
import socket

import pytest
from pytest_socket import socket_allow_hosts

from custom_components.xmpp_iot.wire.session import TlsMode, try_login
from custom_components.xmpp_iot.wire.xml import from_text
from scripts.support.ports import LOOPBACK, LOOPBACK_6
from scripts.support.servers import CertificateAuthority, Prosody, XmppServer

from .test_session import PING, account, online

pytestmark = pytest.mark.server


def has_ipv6() -> bool:
    """Return whether somebody can listen at the loopback address of IPv6."""
    with socket.socket(socket.AF_INET6) as probe:
        try:
            probe.bind((LOOPBACK_6, 0))
        except OSError:
            return False
    return True


@pytest.fixture
def six(
    tmp_path: Path, certificate_authority: CertificateAuthority, socket_enabled: None
) -> Generator[XmppServer]:
    """Return that server."""
    # (Home Assistant's plugin allows the other one alone, before each test)
    socket_allow_hosts([LOOPBACK, LOOPBACK_6])
    if not has_ipv6():
        pytest.skip("this machine has no IPv6")
    with Prosody(
        tmp_path / "server",
        "six.example",
        certificate_authority,
        {"home": "password of home"},
        host=LOOPBACK_6,
    ) as server:
        yield server


async def test_a_house_lives_on_it(six: XmppServer) -> None:
    """Its address may be in brackets with the port, or come after one at which nobody listens."""
    async with online(six, "home") as home:
        assert await home.iq(None, from_text(PING)) is None
        assert home._stream.peer_address == LOOPBACK_6
    for mode, port in ((TlsMode.STARTTLS, six.port), (TlsMode.DIRECT, six.tls_port)):
        for host in (f"{LOOPBACK}, {LOOPBACK_6}", f"[{LOOPBACK_6}]:{port}"):
            await try_login(account(six, "home", host=host, port=port, tls=mode))
