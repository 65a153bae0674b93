"""What is set for an account as a whole, whoever its contacts are."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import voluptuous as vol

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.const import Platform, UnitOfTime
from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
    TextSelectorConfig,
)

from .const import (
    CONF_CONTACT_RATE,
    CONF_INTERVAL,
    CONF_NEVER_EXPOSED,
    CONF_NOTIFY,
    CONF_OWNERS,
    CONF_PROVISIONING,
    CONF_SIGNIFICANT,
    CONF_SLOW_DOMAINS,
    CONF_SLOW_ENTITIES,
    CONF_STRANGER_RATE,
    CONF_TRAFFIC,
)
from .contacts.targets import async_shareable
from .link_form import async_words, several
from .wire.account import parse_bare_address, parse_bare_jid
from .wire.errors import InvalidAddress
from .wire.rate import Limits

# What the entities of that domain are told with; not an action that notifies anybody by itself.
_SEND_MESSAGE: Final = "send_message"

LEAST_RATE: Final = 0.1  # requests a second
MOST_RATE: Final = 1000.0
# Seconds: who was away reads again what has changed since a few minutes before it went (`remote.nodes.MARGIN`).
LONGEST_INTERVAL: Final = 240

_ENTITIES: Final = EntitySelector(EntitySelectorConfig(multiple=True))

_RATE: Final = NumberSelector(
    NumberSelectorConfig(
        min=LEAST_RATE,
        max=MOST_RATE,
        step=0.1,
        mode=NumberSelectorMode.BOX,
        unit_of_measurement="1/s",
    )
)


class XmppIotOptionsFlow(OptionsFlow):
    """Change the options of an account.

    Nothing is reloaded: the entry's update listener applies the difference.
    """

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for all options."""
        errors: dict[str, str] = {}
        present = self.config_entry.options
        if user_input is not None:
            options = {**present, **user_input}
            server = user_input.get(CONF_PROVISIONING, "").strip()
            options.pop(CONF_PROVISIONING, None)
            if server:
                try:
                    options[CONF_PROVISIONING] = self._server(server)
                except InvalidAddress:
                    errors[CONF_PROVISIONING] = "invalid_server"
            try:
                options[CONF_OWNERS] = self._owners(user_input[CONF_OWNERS])
            except InvalidAddress:
                errors[CONF_OWNERS] = "invalid_owner"
            if not errors:
                return self.async_create_entry(data=options)
        schema = vol.Schema(await _fields(self.hass, present))
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                schema, present if user_input is None else user_input
            ),
            errors=errors,
        )

    @callback
    def _owners(self, texts: Iterable[str]) -> list[str]:
        """Return the bare JIDs of owners, each once; InvalidAddress for what is none, or the house itself."""
        owners = list(
            dict.fromkeys(parse_bare_jid(one) for one in texts if one.strip())
        )
        if self.config_entry.unique_id in owners:
            raise InvalidAddress("The house does not ask itself.")
        return owners

    @callback
    def _server(self, text: str) -> str:
        """Return the bare JID of a provisioning server; InvalidAddress for what is none, or the house itself."""
        server = parse_bare_address(text)
        if server == self.config_entry.unique_id:
            raise InvalidAddress("The house cannot be its own provisioning server.")
        return server


async def _fields(
    hass: HomeAssistant, present: Mapping[str, Any]
) -> dict[vol.Marker, Any]:
    """Return the form; what was chosen before stays in its lists, be it there now or not."""
    limits = Limits()
    return {
        vol.Optional(CONF_NEVER_EXPOSED, default=[]): several(
            await _domains(hass, present.get(CONF_NEVER_EXPOSED, ()))
        ),
        vol.Required(CONF_CONTACT_RATE, default=limits.contact.rate): _RATE,
        vol.Required(CONF_STRANGER_RATE, default=limits.domain.rate): _RATE,
        vol.Optional(CONF_NOTIFY, default=[]): several(
            _notifiers(hass, present.get(CONF_NOTIFY, ()))
        ),
        vol.Optional(CONF_OWNERS, default=[]): TextSelector(
            TextSelectorConfig(multiple=True)
        ),
        vol.Optional(CONF_PROVISIONING): TextSelector(),
        vol.Optional(CONF_TRAFFIC): section(
            vol.Schema(await _traffic(hass, present.get(CONF_TRAFFIC, {}))),
            {"collapsed": True},
        ),
    }


async def _traffic(
    hass: HomeAssistant, present: Mapping[str, Any]
) -> dict[vol.Marker, Any]:
    """Return the form of what does not leave the house at once."""
    return {
        vol.Optional(CONF_INTERVAL, default=0): NumberSelector(
            NumberSelectorConfig(
                min=0,
                max=LONGEST_INTERVAL,
                step=0.1,
                mode=NumberSelectorMode.BOX,
                unit_of_measurement=UnitOfTime.SECONDS,
            )
        ),
        vol.Optional(CONF_SLOW_DOMAINS, default=[]): several(
            await _domains(hass, present.get(CONF_SLOW_DOMAINS, ()))
        ),
        vol.Optional(CONF_SLOW_ENTITIES, default=[]): _ENTITIES,
        vol.Optional(CONF_SIGNIFICANT, default=[]): _ENTITIES,
    }


async def _domains(hass: HomeAssistant, chosen: Iterable[str]) -> dict[str, str]:
    """Return the domains of which the house has entities, and their names."""
    shareable = async_shareable(hass)
    domains = {*chosen, *(one.partition(".")[0] for one in shareable)}
    words = await async_words(hass, domains)
    return {domain: words.get(domain, domain) for domain in domains}


def _notifiers(hass: HomeAssistant, chosen: Iterable[str]) -> dict[str, str]:
    """Return what can notify the owner: actions, and entities, which may have names of their own."""
    actions = hass.services.async_services_for_domain(Platform.NOTIFY).keys()
    names = [f"{Platform.NOTIFY}.{action}" for action in actions - {_SEND_MESSAGE}]
    entities = {
        state.entity_id: f"{state.name} ({state.entity_id})"
        for state in hass.states.async_all(Platform.NOTIFY)
    }
    return {name: name for name in (*chosen, *names)} | entities
