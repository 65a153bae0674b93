"""Other concentrators towards this house: their nodes become devices and entities here.

Home Assistant also looks here for its platform `remote`, the one for remote controls: a module of that
name cannot stand beside this package. `entity` must not import this package when it is imported itself.
"""

from .remote_control import PARALLEL_UPDATES, async_setup_entry

__all__ = ["PARALLEL_UPDATES", "async_setup_entry"]
