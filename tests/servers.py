"""Which servers the tests run on: the machine's own two, or (XMPP_IOT_SERVERS) others as well.

A name is that of a version ('prosody', 'ejabberd-26'), or of two with a plus: a house on the first and all
others on the second, whose domains are different.
"""

from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
import os
from pathlib import Path
import re
from typing import Final

from scripts.support.servers import (
    CertificateAuthority,
    ServerVersion,
    XmppServer,
    federation,
    server_versions,
)

USERS: Final = {
    user: f"password of {user}"
    for user in ("home", "cabin", "friend", "guest", "stranger", "admin")
}
HOUSES: Final = ("home",)  # who is on the first of two servers
VERSIONS: Final[Mapping[str, ServerVersion]] = server_versions()
USUAL: Final = ("prosody", "ejabberd")

CHOICE: Final = "XMPP_IOT_SERVERS"
"""The environment variable that has the server tests run on others: names with spaces between, or 'all'."""

DEMO_SERVER: Final = "XMPP_IOT_DEMO_SERVER"
"""The environment variable that has the demo run on another server, or its cabin on one of its own."""


def _pairs() -> list[str]:
    """Return the names of two servers: both directions of the usual ones, and of each newer version."""
    first = [name for name in VERSIONS if name.startswith("prosody")]
    second = [name for name in VERSIONS if name.startswith("ejabberd")]
    return [
        "+".join(pair)
        for prosody, ejabberd in zip(first, second, strict=False)
        for pair in ((prosody, ejabberd), (ejabberd, prosody))
    ]


KNOWN: Final = (*VERSIONS, *_pairs())


def chosen() -> tuple[str, ...]:
    """Return the names of the servers that tests of servers run on; () for those they name."""
    names = os.environ.get(CHOICE, "").split()
    return KNOWN if names == ["all"] else tuple(names)


def instead_of(names: Iterable[str]) -> tuple[str, ...]:
    """Return the chosen servers for a test that names these: pairs only if it is of pairs."""
    pairs = all("+" in name for name in names)
    return tuple(name for name in chosen() if "+" in name or not pairs)


def named_in(test_id: str) -> str | None:
    """Return the name of the server that a test runs on, by the id that pytest gives it."""
    one = r"(?:prosody|ejabberd)(?:-\d[\d.]*)?"
    found = re.search(rf"\[(?:.*-)?({one}(?:\+{one})?)\b.*\]", test_id)
    return found[1] if found else None


@contextmanager
def running(
    name: str, directory: Path, authority: CertificateAuthority
) -> Generator[XmppServer]:
    """Run the server, or the two, of that name; ProgramMissing."""
    first, _, second = name.partition("+")
    if not second:
        with VERSIONS[first].server(directory, authority, USERS) as server:
            yield server
        return
    houses = {user: USERS[user] for user in HOUSES}
    people = {user: word for user, word in USERS.items() if user not in HOUSES}
    home, away = (
        VERSIONS[one].server(
            directory / where,
            authority,
            users,
            f"{where}.{one.replace('.', '-')}.example",
        )
        for one, where, users in ((first, "home", houses), (second, "away", people))
    )
    with federation(home, away) as server:
        yield server
