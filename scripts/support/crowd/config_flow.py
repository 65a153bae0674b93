"""The crowd's entries are made from the configuration."""

from typing import Any

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult

from . import DOMAIN


class CrowdFlow(ConfigFlow, domain=DOMAIN):
    """Make the only entry, or that of a lane."""

    async def async_step_import(self, data: dict[str, Any]) -> ConfigFlowResult:
        """Take over the configuration."""
        await self.async_set_unique_id(f"{DOMAIN}{data['lane']}")
        self._abort_if_unique_id_configured()
        return self.async_create_entry(title="Crowd", data=data)
