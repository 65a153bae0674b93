"""Home Assistant's own words for a domain's actions and their fields."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from ..wire.form_model import FormField


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of one domain in one language; keys without the domain in front."""

    domain: str
    services: Mapping[str, str]
    selector: Mapping[str, str]

    @classmethod
    async def of(cls, hass: HomeAssistant, domain: str, language: str) -> Self:
        """Return a domain's words in `language`, in English what has no translation."""
        return cls(
            domain=domain,
            services=await async_get_translations(hass, language, "services", {domain}),
            selector=await async_get_translations(hass, language, "selector", {domain}),
        )

    def action(self, action: str) -> str:
        """Return the name of an action."""
        return self._service(f"{action}.name", _readable(action))

    def action_description(self, action: str) -> str:
        """Return what an action does."""
        return self._service(f"{action}.description", "")

    def field(self, action: str, key: str) -> str:
        """Return the name of an action's field."""
        return self._service(f"{action}.fields.{key}.name", _readable(key))

    def field_description(self, action: str, key: str) -> str:
        """Return what an action's field is for."""
        return self._service(f"{action}.fields.{key}.description", "")

    def labelled(self, field: FormField, translation_key: str) -> FormField:
        """Return a field whose options have the words of its selector; those with a label keep it."""
        prefix = f"component.{self.domain}.selector.{translation_key}.options"
        return replace(
            field,
            options=tuple(
                replace(
                    one, label=self.selector.get(f"{prefix}.{one.value}", one.label)
                )
                if one.label == one.value
                else one
                for one in field.options
            ),
        )

    def _service(self, key: str, default: str) -> str:
        return self.services.get(f"component.{self.domain}.services.{key}", default)


def _readable(key: str) -> str:
    return key.replace("_", " ").capitalize()
