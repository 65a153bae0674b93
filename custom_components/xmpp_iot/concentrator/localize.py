"""Home Assistant's own words, in the language of whoever asks.

Names and values of entities are translated in Home Assistant's files, by integration, domain and device
class. What has no translation stays as it is. The few words of our own are in our translations.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
import re
from typing import Final

from homeassistant.const import ATTR_DEVICE_CLASS, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant, State
from homeassistant.generated.languages import LANGUAGES
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.translation import (
    async_get_cached_translations,
    async_get_translations,
)

from ..const import DOMAIN
from ..wire.form_model import Form, FormField, FormOption
from ..wire.model import (
    Caller,
    Category,
    Field,
    NodeInfo,
    NodeMessage,
    NodeParameter,
    ValueType,
)
from .attributes import lets_in
from .domains import domain_of
from .fields import STATE_FIELD
from .issues import active_issues, issue_of
from .report_texts import english

TEXT: Final = ".text"
"""What a field's name ends with that has the words for another field's value."""

_PLACEHOLDER: Final = re.compile(r"{(\w+)}")
_NO_WORDS: Final = frozenset({STATE_UNAVAILABLE, STATE_UNKNOWN})


def language_of(hass: HomeAssistant, caller: Caller) -> str:
    """Return the caller's language if Home Assistant knows it: it becomes the name of a file."""
    asked = caller.language or ""
    for language in (asked, asked.partition("-")[0]):
        if language in LANGUAGES:
            return language
    return hass.config.language


class Localizer:
    """Has the words that are needed, in any language."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Take the words from the integrations of `hass`."""
        self._hass = hass

    async def load(self, caller: Caller, nodes: Iterable[str] = ()) -> Language:
        """Return the caller's language, with the words for these nodes loaded."""
        language = language_of(self._hass, caller)
        components = {DOMAIN} | (self._components(nodes) & self._hass.config.components)
        await async_get_translations(self._hass, language, "common", components)
        return Language(self._hass, language)

    def at_hand(self, caller: Caller) -> Language:
        """Return the caller's language, of which those words are there that somebody needed before.

        In place of the others there are those of the house's language.
        """
        return Language(self._hass, language_of(self._hass, caller))

    def text(self, key: str, code: str) -> str:
        """Return a text of a report in the language of that code, which was loaded before."""
        return Language(self._hass, code).own(f"report_{key}", english(key, code))

    def _components(self, nodes: Iterable[str]) -> set[str]:
        """Return the integrations that have words for these nodes."""
        registry = er.async_get(self._hass)
        found = {one.issue_domain or one.domain for one in active_issues(self._hass)}
        for node in nodes:
            found.add(node.partition(".")[0])
            if (entry := registry.async_get(node)) is not None:
                found.add(entry.platform)
        return found


class Language:
    """One language, for as long as one answer takes: what is loaded meanwhile it may not know."""

    def __init__(self, hass: HomeAssistant, code: str) -> None:
        """Speak the language of that code, and that of the house where a word is not loaded."""
        self._hass = hass
        self.code = code
        self._languages = tuple(dict.fromkeys((code, hass.config.language)))
        self._known: dict[tuple[str, str], Sequence[Mapping[str, str]]] = {}

    def own(self, key: str, default: str) -> str:
        """Return a text of our own."""
        found = self._find("common", DOMAIN, f"component.{DOMAIN}.common.{key}")
        return found or default

    def node(self, node: NodeInfo) -> NodeInfo:
        """Return what is said of a node, with the names of its parameters and its messages in words."""
        state = self._hass.states.get(node.ref.id)
        return replace(
            node,
            parameters=tuple(self._named(one, state) for one in node.parameters),
            messages=self.messages(node.messages),
        )

    def messages(self, messages: Iterable[NodeMessage]) -> tuple[NodeMessage, ...]:
        """Return messages of a node in words."""
        return tuple(replace(one, text=self._message(one)) for one in messages)

    def fields(self, state: State, fields: Iterable[Field]) -> Iterator[Field]:
        """Yield the words for those values of an entity's fields that have any.

        They are computed fields named like the other with `.text` behind it.
        """
        for field in fields:
            raw = _raw(state, field)
            text = self._value(state, field.name, raw) if raw else None
            if text is not None and text != raw:
                yield Field(
                    name=f"{field.name}{TEXT}",
                    type=ValueType.STRING,
                    value=text,
                    category=Category.COMPUTED,
                    qualities=field.qualities,
                )

    def form(self, form: Form, state: State) -> Form:
        """Return a form for an entity with the labels of its options in words."""
        sources = _sources(state)
        return replace(
            form,
            fields=tuple(self._options(one, state, sources) for one in form.fields),
        )

    def labelled(self, form: Form, state: State) -> Form:
        """Return the same, whose fields have the names of the attributes they set."""
        sources = _sources(state)
        form = self.form(form, state)
        return replace(
            form,
            fields=tuple(
                replace(
                    one, label=self._attribute(state, sources[one.var]) or one.label
                )
                for one in form.fields
            ),
        )

    def _options(
        self, field: FormField, state: State, sources: Mapping[str, str]
    ) -> FormField:
        source = sources.get(field.var, field.var)
        return replace(
            field,
            options=tuple(self._option(one, state, source) for one in field.options),
        )

    def _option(self, option: FormOption, state: State, source: str) -> FormOption:
        if option.label not in {"", option.value}:  # somebody has named it before
            return option
        text = self._value(state, source, option.value)
        return FormOption(option.value, text or option.label)

    def _message(self, message: NodeMessage) -> str:
        if (issue := issue_of(self._hass, message)) is None:
            return self.own(message.event_id.lower(), message.text)
        domain = issue.issue_domain or issue.domain
        key = f"component.{domain}.issues.{issue.translation_key}.title"
        if (title := self._find("issues", domain, key)) is None:
            return message.text
        details = issue.translation_placeholders or {}
        text = _PLACEHOLDER.sub(lambda it: str(details.get(it[1], it[0])), title)
        return message.text if lets_in(text) else text

    def _named(self, parameter: NodeParameter, state: State | None) -> NodeParameter:
        name = self._attribute(state, parameter.id) if state else None
        if name is None:
            name = self.own(f"parameter_{parameter.id}", parameter.name)
        return replace(parameter, name=name)

    def _attribute(self, state: State, name: str) -> str | None:
        """Return the name of an attribute."""
        return self._of_entity(state, f"state_attributes.{name}.name")

    def _value(self, state: State, name: str, value: str) -> str | None:
        """Return the words for a value of an attribute, or of the state."""
        path = "" if name == STATE_FIELD else f"state_attributes.{name}."
        return self._of_entity(state, f"{path}state.{value}")

    def _of_entity(self, state: State, path: str) -> str | None:
        """Return a text about an entity: its integration's, its device class's or its domain's."""
        entry = er.async_get(self._hass).async_get(state.entity_id)
        domain = state.domain
        if entry is not None and entry.translation_key:
            key = f"component.{entry.platform}.entity.{domain}.{entry.translation_key}.{path}"
            if (text := self._find("entity", entry.platform, key)) is not None:
                return text
        for kind in (state.attributes.get(ATTR_DEVICE_CLASS), "_"):
            key = f"component.{domain}.entity_component.{kind}.{path}"
            if (text := self._find("entity_component", domain, key)) is not None:
                return text
        return None

    def _find(self, category: str, component: str, key: str) -> str | None:
        for texts in self._texts(category, component):
            if (text := texts.get(key)) is not None:
                return text
        return None

    def _texts(self, category: str, component: str) -> Sequence[Mapping[str, str]]:
        """Return where to look, in this order; looked up once, there may be thousands of nodes."""
        place = (category, component)
        if (found := self._known.get(place)) is None:
            found = self._known[place] = [
                async_get_cached_translations(self._hass, language, *place)
                for language in self._languages
            ]
        return found


def _raw(state: State, field: Field) -> str:
    """Return a field's value as Home Assistant's files have it, '' if it can have no words."""
    if field.name == STATE_FIELD:
        return "" if state.state in _NO_WORDS else state.state
    if field.type is ValueType.BOOLEAN:
        return str(field.value).lower()
    return field.value if isinstance(field.value, str) else ""


def _sources(state: State) -> Mapping[str, str]:
    """Return what the fields of forms are about: an attribute or the state, by the fields' names."""
    return {
        name: one.source or one.name
        for one in domain_of(state.entity_id).parameters
        for name in (one.data_key, one.name)
    }
