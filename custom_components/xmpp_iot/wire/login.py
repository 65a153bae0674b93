"""Trying whether an account can log in, for the forms in which a person enters it."""

import secrets

from .account import Account
from .stream import Stream


async def try_login(account: Account, *, timeout: float = 20) -> None:
    """Log in once with a resource nobody else uses, and out again; LoginError says why it failed."""
    stream = Stream(account, resource=f"try-{secrets.token_hex(8)}")
    try:
        await stream.log_in(timeout)
    finally:
        await stream.hang_up()
