"""Ids that nobody can guess, whoever knows others of them.

The system has random numbers too, and whoever asks for one lets other threads go first: while Home Assistant's
recorder is busy that takes milliseconds, and each request needs an id before it can be sent.
"""

from hashlib import blake2b
from itertools import count
import secrets
from typing import Final

_SECRET: Final = secrets.token_bytes(32)
_NUMBERS: Final = count()


def new_id() -> str:
    """Return an id of its own: 16 hexadecimal digits."""
    number = next(_NUMBERS).to_bytes(8)
    return blake2b(number, key=_SECRET, digest_size=8).hexdigest()
