"""A link to the far house, and what it told."""

from dataclasses import dataclass, field

from custom_components.xmpp_iot.remote.link import Connection, Link
from custom_components.xmpp_iot.remote.node import RemoteNode
from homeassistant.core import HomeAssistant

from .far import Far, until


@dataclass
class Linked:
    """The link, and what it told."""

    hass: HomeAssistant
    far: Far
    link: Link
    told: list[bool] = field(default_factory=list)
    seen: list[Connection] = field(default_factory=list)

    async def is_linked(self) -> None:
        """Wait until the house is there."""
        await until(lambda: self.link.online)
        await self.far.settle()

    def node(self, node_id: str = "light.lamp") -> RemoteNode:
        """Return a node."""
        found = self.link.store.get(node_id)
        assert found is not None
        return found
