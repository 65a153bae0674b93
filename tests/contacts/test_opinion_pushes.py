"""What the named provisioning server says unasked makes old what it ruled; nobody else is heard."""

import asyncio

import pytest

from custom_components.xmpp_iot.wire.dialects import Dialect
from custom_components.xmpp_iot.wire.errors import (
    BadRequest,
    FeatureNotImplemented,
    Forbidden,
)
from custom_components.xmpp_iot.wire.provisioning_model import DENIED
from custom_components.xmpp_iot.wire.xml import split_tag

from .arbiter import BOB, EVE, REQUEST, SERVER, Arbiter, Heard


async def test_the_cache_is_cleared(
    opinion: Heard, arbiter: Arbiter, dialect: Dialect
) -> None:
    """Confirmed as the dialect wants it; who listens is told."""
    told: list[None] = []
    unlisten = opinion.async_listen(lambda: told.append(None))
    await opinion.async_reads(BOB, REQUEST)
    arbiter.rule = lambda _: DENIED
    text = f"<clearCache xmlns='{dialect.provisioning}' {dialect.node_id}='x'/>"
    confirmed = await arbiter.push(text)
    assert (confirmed is not None) == (dialect.name == "xsf")
    assert confirmed is None or split_tag(confirmed.tag)[1] == "clearCacheResponse"
    with pytest.raises(Forbidden):
        await opinion.async_reads(BOB, REQUEST)
    unlisten()
    await arbiter.push(text)
    assert len(told) == 1


async def test_an_answer_that_was_on_its_way_is_not_remembered(
    opinion: Heard, arbiter: Arbiter
) -> None:
    """The cache was cleared since it was asked for."""
    arbiter.silent = asyncio.Event()
    task = asyncio.create_task(opinion.async_reads(BOB, REQUEST))
    await arbiter.heard.wait()
    await arbiter.push("<clearCache xmlns='urn:nf:iot:prov:d:1.0'/>")
    arbiter.silent.set()
    await task
    await opinion.async_reads(BOB, REQUEST)
    assert len(arbiter.asked) == 2


@pytest.mark.parametrize("sender", [BOB, f"eve@{SERVER}", f"{SERVER}.evil.example"])
async def test_nobody_else_pushes_anything(
    opinion: Heard, arbiter: Arbiter, sender: str
) -> None:
    """To others these requests do not exist."""
    await opinion.async_reads(BOB, REQUEST)
    for text in (
        "<clearCache xmlns='urn:nf:iot:prov:d:1.0'/>",
        (
            "<isFriendRule xmlns='urn:nf:iot:prov:o:1.0' jid='a@b' remoteJid='c@d'"
            " key='k' result='true'/>"
        ),
    ):
        with pytest.raises(FeatureNotImplemented):
            await arbiter.push(text, sender=sender)
    for name in ("friend", "unfriend"):
        text = f"<{name} xmlns='urn:nf:iot:prov:d:1.0' jid='{BOB}'/>"
        await arbiter.tell(text, sender=sender)
    await opinion.async_reads(BOB, REQUEST)
    assert len(arbiter.asked) == 1
    assert not opinion.noted


async def test_a_push_is_an_iq_of_type_set(opinion: Heard, arbiter: Arbiter) -> None:
    """It changes something."""
    with pytest.raises(BadRequest):
        await arbiter.push("<clearCache xmlns='urn:nf:iot:prov:d:1.0'/>", kind="get")


async def test_friends_are_proposed_and_revoked(
    opinion: Heard, arbiter: Arbiter, dialect: Dialect
) -> None:
    """What was ruled about them is asked anew, and about nobody else."""
    arbiter.dialect = dialect
    for name in ("friend", "unfriend"):
        await opinion.async_befriends(BOB)
        await opinion.async_befriends(EVE)
        await arbiter.tell(f"<{name} xmlns='{dialect.provisioning}' jid='{BOB}/x'/>")
    await opinion.async_befriends(BOB)
    await opinion.async_befriends(EVE)
    assert opinion.noted == [("friend", BOB), ("unfriend", BOB)]
    assert [one.jid for one in arbiter.asked] == [BOB, EVE, BOB, BOB]


async def test_a_rule_makes_the_house_ask_anew(
    opinion: Heard, arbiter: Arbiter
) -> None:
    """About whom it concerns: it grants nothing by itself."""
    arbiter.rule = lambda _: DENIED
    assert not await opinion.async_befriends(BOB)
    assert not await opinion.async_befriends("ann@example.org")
    await arbiter.push(
        "<isFriendRule xmlns='urn:nf:iot:prov:o:1.0' jid='home@example.org' key='k'"
        f" remoteJid='{EVE}' result='true' range='Domain'/>"
    )
    assert not await opinion.async_befriends(BOB)
    assert not await opinion.async_befriends("ann@example.org")
    assert [one.jid for one in arbiter.asked] == [BOB, "ann@example.org", BOB]


async def test_a_new_session_asks_anew(opinion: Heard, arbiter: Arbiter) -> None:
    """What was pushed while there was none is lost; a resumed session lost nothing."""
    await opinion.async_befriends(BOB)
    arbiter.comes_online(resumed=True)
    await opinion.async_befriends(BOB)
    assert len(arbiter.asked) == 1
    arbiter.comes_online(resumed=False)
    await opinion.async_befriends(BOB)
    assert len(arbiter.asked) == 2
    opinion.async_name(None)
    arbiter.comes_online(resumed=False)
