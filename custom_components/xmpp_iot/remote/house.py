"""Another house, as its entities here know it: whether it is there, who they are, and how to act on it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from homeassistant.helpers.device_registry import DeviceInfo

from ..wire.report import ReportItem
from .node import RemoteNode


class RemoteHouse(Protocol):
    """What an entity knows of its house."""

    @property
    def online(self) -> bool:
        """Whether the house is there and its nodes are up to date."""
        ...

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` when the house comes or goes; return how to stop that."""
        ...

    def unique_id(self, node: RemoteNode) -> str:
        """Return what tells the node from all others, for ever."""
        ...

    def device_info(self, node: RemoteNode) -> DeviceInfo:
        """Return the device the node belongs to: its own, or the house."""
        ...

    def entity_name(self, node: RemoteNode) -> tuple[bool, str | None]:
        """Return whether the entity's name goes with its device's, and the name (None: the device's)."""
        ...

    async def execute(
        self, node: RemoteNode, action: str, data: Mapping[str, Any]
    ) -> None:
        """Have a command of the node carried out, and return when it is done.

        HomeAssistantError, translated, with the reason where it was refused, failed, or nobody answered.
        """
        ...

    async def query(
        self, node: RemoteNode, action: str, data: Mapping[str, Any]
    ) -> Sequence[ReportItem]:
        """Return the report of a query of the node; raises as `execute` does."""
        ...

    async def control(self, node: RemoteNode, parameters: Mapping[str, Any]) -> None:
        """Have control parameters set; raises as `execute` does."""
        ...
