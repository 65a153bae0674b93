"""A cable between a client and a server that can be cut, or go dead without a word."""

from scripts.support.cable import Cable, cable

__all__ = ["Cable", "cable"]
