"""Where the house connects to."""

from collections.abc import Mapping
import ssl

import aiodns
from pycares import AresError
import pytest

from custom_components.xmpp_iot.wire import targets
from custom_components.xmpp_iot.wire.errors import LoginError, Unreachable
from custom_components.xmpp_iot.wire.session import TlsMode, try_login
from custom_components.xmpp_iot.wire.stream import Stream
from custom_components.xmpp_iot.wire.targets import Target, find_targets

from .hostile import DOMAIN, Peer, account, hostile, well_behaved
from .nameserver import Record, name_server

pytestmark = pytest.mark.usefixtures("socket_enabled")

PLAIN = f"_xmpp-client._tcp.{DOMAIN}"
DIRECT = f"_xmpps-client._tcp.{DOMAIN}"
BOTH = {PLAIN: (1, 5555, "b.example"), DIRECT: (2, 4444, "a.example")}


async def found(
    monkeypatch: pytest.MonkeyPatch,
    trust: ssl.SSLContext,
    records: Mapping[str, Record],
    tls: TlsMode = TlsMode.STARTTLS,
) -> list[Target]:
    """Return the targets of an account of which only the domain is known."""
    async with name_server(records) as port:

        def resolver(loop: object) -> aiodns.DNSResolver:
            return aiodns.DNSResolver(
                nameservers=["127.0.0.1"], udp_port=port, tries=1, timeout=1
            )

        monkeypatch.setattr(targets, "default_resolver", resolver)
        return await find_targets(account(None, trust, host=None, tls=tls))


async def test_records_say_where(
    monkeypatch: pytest.MonkeyPatch, trust: ssl.SSLContext
) -> None:
    """Records of both kinds are used in the order of their priority."""
    assert await found(monkeypatch, trust, BOTH) == [
        Target("b.example", 5555, direct=False),
        Target("a.example", 4444, direct=True),
    ]


async def test_direct_tls_only(
    monkeypatch: pytest.MonkeyPatch, trust: ssl.SSLContext
) -> None:
    """Who wants direct TLS gets nothing else."""
    assert await found(monkeypatch, trust, BOTH, TlsMode.DIRECT) == [
        Target("a.example", 4444, direct=True)
    ]


@pytest.mark.parametrize(
    ("tls", "port"), [(TlsMode.STARTTLS, 5222), (TlsMode.DIRECT, 5223)]
)
async def test_no_records(
    monkeypatch: pytest.MonkeyPatch, trust: ssl.SSLContext, tls: TlsMode, port: int
) -> None:
    """Without records the domain itself is tried at the usual port."""
    assert await found(monkeypatch, trust, {}, tls) == [
        Target(DOMAIN, port, direct=tls is TlsMode.DIRECT)
    ]


async def test_no_service(
    monkeypatch: pytest.MonkeyPatch, trust: ssl.SSLContext
) -> None:
    """A record that names the root says that there is no service."""
    nowhere = {PLAIN: (0, 0, ".")}
    assert await found(monkeypatch, trust, nowhere) == []

    async def none(_: object) -> list[Target]:
        return []

    monkeypatch.setattr("custom_components.xmpp_iot.wire.connection.find_targets", none)
    with pytest.raises(Unreachable, match="no XMPP service"):
        await try_login(account(1, trust))


async def test_what_a_person_entered(trust: ssl.SSLContext) -> None:
    """A host or a port that is given is taken as it is."""
    assert await find_targets(account(5, trust)) == [
        Target("127.0.0.1", 5, direct=False)
    ]
    assert await find_targets(account(5, trust, host=None)) == [
        Target(DOMAIN, 5, direct=False)
    ]


async def test_several_hosts(trust: ssl.SSLContext) -> None:
    """They are tried in the order in which they are given, each at its own port or the common one."""
    hosts = "one.example, two.example:99,[::1]:7, 2001:db8::1"
    assert await find_targets(account(5, trust, host=hosts)) == [
        Target("one.example", 5, direct=False),
        Target("two.example", 99, direct=False),
        Target("::1", 7, direct=False),
        Target("2001:db8::1", 5, direct=False),
    ]


async def test_each_of_several_hosts_has_its_turn(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """A dead one is passed over at once, and one that lets nobody in is tried last the next time."""

    async def turns_away(peer: Peer) -> None:
        await peer.secure()
        await peer.greet("")

    async with (
        hostile(context, turns_away) as first,
        hostile(context, well_behaved) as second,
    ):
        hosts = f"127.0.0.1:1, 127.0.0.1:{first.port}, 127.0.0.1:{second.port}"
        stream = Stream(account(None, trust, host=hosts), resource="homeassistant")
        with pytest.raises(LoginError):
            await stream.log_in(5)
        assert (len(first.peers), len(second.peers)) == (1, 0)
        assert not await stream.log_in(5)
        assert (len(first.peers), len(second.peers)) == (1, 1)
        await stream.drop()
        await stream.hang_up()


@pytest.mark.parametrize(
    "failure", [OSError(24, "Too many open files"), AresError("Failed to initialize")]
)
async def test_nobody_to_ask(
    monkeypatch: pytest.MonkeyPatch, trust: ssl.SSLContext, failure: Exception
) -> None:
    """A system on which DNS cannot be asked is out of reach, for now."""

    def resolver(loop: object) -> aiodns.DNSResolver:
        raise failure

    monkeypatch.setattr(targets, "default_resolver", resolver)
    with pytest.raises(Unreachable, match="DNS"):
        await try_login(account(None, trust, host=None))
