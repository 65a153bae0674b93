"""Looking whether somebody else is logged in as the house, without sending them away.

Servers let one client have a resource. Who logs in with it replaces who was there, and a house that comes
back at once replaces the other in turn, for ever. So the house looks first, under a name of its own.
"""

import secrets
from typing import Final

from slixmpp import JID

from .account import Account
from .disco import PING_QUERY
from .errors import NoAnswer, NotConnected, Unreachable
from .reader import Received
from .requests import Requests
from .stanzas import CLIENT
from .stream import Stream
from .xml import clark, element, escape

TIMEOUT: Final = 20.0  # seconds, for the log-in
_MESSAGE: Final = clark(CLIENT, "message")
_IQ: Final = clark(CLIENT, "iq")


async def is_taken(account: Account) -> bool:
    """Return whether somebody is logged in with the account's resource.

    LoginError where that cannot be said.
    """
    look = _Look(account)
    try:
        return await look.find()
    except (NoAnswer, NotConnected) as error:
        raise Unreachable(str(error)) from error
    finally:
        await look.stream.hang_up()


class _Look:
    """One look: a message that every server returns where nobody is (RFC 6121 section 8.5.3.2.1)."""

    def __init__(self, account: Account) -> None:
        self.stream = Stream(
            account,
            resource=f"look-{secrets.token_hex(8)}",
            on_stanza=self._hear,
            on_lost=lambda _: self._requests.abandon(),
        )
        self._requests = Requests(self.stream)
        self._house = JID(f"{account.jid}/{account.resource}").full
        self._id = secrets.token_hex(8)
        self._returned = False

    async def find(self) -> bool:
        """Log in and look."""
        await self.stream.log_in(TIMEOUT)
        # Nobody is in a group chat with the house: a client passes it over, and no server keeps it.
        self.stream.send_stanza(
            f'<message to="{escape(self._house)}" id="{self._id}" type="groupchat"/>'
        )
        # Servers read in order: it is back before the answers to what comes later. (Two, for some hand
        # messages to another part of theirs.)
        for _ in range(2):
            await self._requests.exchange(
                self.stream.boundjid.domain, element(PING_QUERY)
            )
        return not self._returned

    def _hear(self, received: Received) -> None:
        stanza = received.element
        sender = stanza.get("from") or self.stream.boundjid.domain
        if stanza.tag == _IQ and stanza.get("type") in {"result", "error"}:
            self._requests.settle(stanza, sender)
        elif stanza.tag == _MESSAGE and stanza.get("type") == "error":
            self._returned |= stanza.get("id") == self._id and sender == self._house
