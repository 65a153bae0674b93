"""Which versions of the servers this machine has: its own, and those scripts/setup has unpacked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
import re
from typing import Final

from ..paths import CACHE, ProgramMissing, find_program
from .base import XmppServer
from .certificates import CertificateAuthority
from .ejabberd import Ejabberd
from .prosody import Prosody

KINDS: Final[Mapping[str, type[XmppServer]]] = {
    "prosody": Prosody,
    "ejabberd": Ejabberd,
}
_UNPACKED: Final = CACHE / "servers"

# Where the machine's own say which they are, seen from the folder of the program named.
_OWN: Final[Mapping[str, tuple[str, str]]] = {
    "prosody": ("prosody", "../lib/prosody/prosody.version"),
    "ejabberd": ("ejabberdctl", "../lib/*/ejabberd-*"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerVersion:
    """A version of a server."""

    name: str
    """Of the kind alone if it is the machine's own, with the version's beginning otherwise."""
    kind: type[XmppServer]
    version: str
    """As a whole; '' if nothing says it."""
    programs: Path | None
    """The folder of its programs, unless it is the machine's own."""

    @property
    def domain(self) -> str:
        """The domain its tests are in."""
        return f"{self.name.replace('.', '-')}.example"

    def server(
        self,
        directory: Path,
        authority: CertificateAuthority,
        users: Mapping[str, str],
        domain: str | None = None,
    ) -> XmppServer:
        """Prepare a server of this version."""
        return self.kind(
            directory, domain or self.domain, authority, users, programs=self.programs
        )


def _own_version(kind: str) -> str:
    """Return the version of the machine's own server; '' if nothing says it."""
    name, place = _OWN[kind]
    try:
        folder = Path(find_program(name)).resolve().parent
    except ProgramMissing:
        return ""
    for found in sorted(folder.glob(place)):
        if found.is_file():
            return found.read_text().strip()
        return found.name.removeprefix(f"{kind}-")
    return ""


def _beginning(kind: str, version: str) -> str:
    """Return what people call a version: '0.12' of 0.12.3, '13' of 13.0.7."""
    matched = re.match(r"0\.\d+|\d+", version)
    return f"{kind}-{matched[0] if matched else version}"


def _unpacked() -> Iterator[ServerVersion]:
    """Yield what scripts/setup has unpacked."""
    for file in sorted(_UNPACKED.glob("*/versions")):
        for line in file.read_text().splitlines():
            kind, version = line.split()
            yield ServerVersion(
                name=_beginning(kind, version),
                kind=KINDS[kind],
                version=version,
                programs=file.parent / "bin",
            )


def server_versions() -> Mapping[str, ServerVersion]:
    """Return all versions by name: first the machine's own, whether they are there or not."""
    own = {
        name: ServerVersion(
            name=name, kind=kind, version=_own_version(name), programs=None
        )
        for name, kind in KINDS.items()
    }
    taken = {_beginning(name, one.version) for name, one in own.items()}
    return own | {one.name: one for one in _unpacked() if one.name not in taken}
