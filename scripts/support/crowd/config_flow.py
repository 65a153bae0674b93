"""The crowd's entry is made from the configuration."""

from typing import Any

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult

from . import DOMAIN


class CrowdFlow(ConfigFlow, domain=DOMAIN):
    """Make the only entry."""

    async def async_step_import(self, data: dict[str, Any]) -> ConfigFlowResult:
        """Take over the configuration."""
        await self.async_set_unique_id(DOMAIN)
        self._abort_if_unique_id_configured()
        return self.async_create_entry(title="Crowd", data=data)
