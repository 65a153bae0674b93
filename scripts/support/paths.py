"""Where things are: this checkout, the cache that scripts/setup fills, programs."""

import os
from pathlib import Path
import shutil

ROOT = Path(__file__).resolve().parents[2]
COMPONENT = ROOT / "custom_components" / "xmpp_iot"
BUILD = ROOT / "build"  # what runs leave to be looked at; git ignores it
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "xmpp-iot"

# Where servers are, though an ordinary user's PATH does not say so, and where
# scripts/setup puts starters for what it unpacked.
_MORE_PLACES = ("/usr/sbin", "/usr/local/sbin", str(CACHE / "bin"))

_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
_CHROMIUMS_ELSEWHERE = (
    (Path("/Applications"), "Google Chrome.app/Contents/MacOS/Google Chrome"),
    (CACHE / "browsers", "chromium-*/*/chrome"),
    (CACHE / "browsers", "chromium-*/*/*.app/Contents/MacOS/*"),
)


class ProgramMissing(Exception):
    """A program that scripts/setup was to provide is not there."""


def find_program(*names: str) -> str:
    """Return the path of the first of these programs that exists, or ProgramMissing."""
    places = os.pathsep.join((os.environ.get("PATH", os.defpath), *_MORE_PLACES))
    for name in names:
        if path := shutil.which(name, path=places):
            return path
    raise ProgramMissing(f"{names[0]} is not there: scripts/setup says how to get it")


def find_node() -> str:
    """Return the path of the Node.js that scripts/setup chose, or ProgramMissing.

    The first one on PATH may be too old.
    """
    if os.access(node := CACHE / "bin" / "node", os.X_OK):
        return str(node)
    raise ProgramMissing("node is not there: scripts/setup says how to get it")


def find_chromium() -> str:
    """Return the path of a Chromium, or ProgramMissing."""
    for folder, pattern in _CHROMIUMS_ELSEWHERE:
        if found := next(folder.glob(pattern), None):
            return str(found)
    return find_program(*_CHROMIUMS)
