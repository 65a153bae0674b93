"""Tell a person what is being done, and how long it took."""

from collections.abc import Generator
from contextlib import contextmanager
import sys
import time

_BEGUN = time.monotonic()


def say(text: str) -> None:
    """Print a line of progress, with the seconds since the program began."""
    print(f"[{time.monotonic() - _BEGUN:5.1f}s] {text}", file=sys.stderr, flush=True)


@contextmanager
def step(what: str) -> Generator[None]:
    """Say that something is being done; and when it is done, in how many seconds."""
    begun = time.monotonic()
    say(f"{what} ...")
    yield
    say(f"{what}: done ({time.monotonic() - begun:.1f} s)")
