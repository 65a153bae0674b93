"""Node parameters for edit (XEP-0326 section 3.5): the name of a node, and the area it is in.

They are for those who may command the node, any number of times; a device for those who may command all of it.
A node is moved only to where that gives nobody more rights than its mover has. Areas are the house's own, and what
is not in Home Assistant's registries keeps neither name nor area.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar

from ..contacts.grants import Level
from ..wire.errors import BadRequest, Forbidden, NotAcceptable
from ..wire.form_model import Form, FormField, FormFieldType, FormOption, Submission
from ..wire.model import Caller, Done, NodeRef, Operation, TreeAnswer, TreeRequest
from .actions import expiry, in_time
from .commands import FRAME, drafted
from .control import form_expiry
from .editable import Editable, editable
from .listing import Listing
from .localize import Language
from .operations import Performs
from .tree import AREA_PREFIX
from .workshop import Workshop

NAME: Final = "name"
AREA: Final = "area"
LONGEST: Final = 255  # characters of a name


class Editing:
    """Lets callers change names and areas."""

    def __init__(self, hass: HomeAssistant, shop: Workshop, listing: Listing) -> None:
        """Change in the registries of `hass` what the gate lets a caller command."""
        self._hass = hass
        self._listing = listing
        self._guard = shop.guard
        self._actions = shop.actions
        self._second = shop.second
        self._turns = shop.turns
        self._localizer = shop.localizer

    @property
    def operations(self) -> Performs:
        """Who performs what."""
        return {
            Operation.GET_NODE_PARAMETERS: self._form,
            Operation.SET_NODE_PARAMETERS: self._set,
        }

    async def _form(self, caller: Caller, request: TreeRequest) -> TreeAnswer:
        node = request.nodes[0]
        self._editable(caller, node)
        language = await self._localizer.load(caller, (node.id,))
        edited = self._editable(caller, node)
        fields = self._fields(caller, edited, language)
        if (draft := request.form) is not None:
            wrong = _wrong(draft, fields)
            fields = {name: drafted(one, draft, wrong) for name, one in fields.items()}
        return Form(title=edited.name, fields=tuple(fields.values()))

    async def _set(self, caller: Caller, request: TreeRequest) -> TreeAnswer:
        if request.form is None:
            raise BadRequest("A form is needed.")
        node = request.nodes[0]
        expires = expiry(caller, form_expiry(request.form))
        # Asked before the turn too: who may not would else learn by waiting what others do there.
        self._editable(caller, node)
        language = await self._localizer.load(caller, (node.id,))
        if self._second.asks:
            await self._second.edits(caller, request)
        async with self._turns.of([node.id]):
            if self._second.asks:  # as a rule it is remembered
                self._editable(caller, node)
                await self._second.edits(caller, request)
            in_time(expires)
            edited = self._editable(caller, node)
            fields = self._fields(caller, edited, language)
            if wrong := _wrong(request.form, fields):
                raise _refused(wrong)
            await self._change(caller, edited, dict(_changes(request.form, fields)))
        answer = await self._listing.one(caller, request, node.id)
        # It may have been moved to where its mover does not see it.
        return answer if answer.nodes else Done()

    def _editable(self, caller: Caller, node: NodeRef) -> Editable:
        """Return a node that the caller may change now."""
        node_id = self._guard.node(caller, node)
        if (edited := editable(self._hass, node_id)) is None:
            raise Forbidden("It cannot be changed.")
        permits = self._guard.permits(caller.bare, lasting=True)
        if not all(permits(one, Level.COMMAND) for one in edited.entities):
            raise Forbidden("Access denied.")
        return edited

    async def _change(
        self, caller: Caller, edited: Editable, changes: Mapping[str, str]
    ) -> None:
        if not changes:
            return
        about = edited.about
        try:
            edited.change(changes.get(NAME), changes.get(AREA))
        except ValueError as err:
            raise _refused({name: str(err) for name in changes}) from err
        contact = self._guard.contact(caller)
        for name in changes:
            await self._actions.note(
                contact, _DEEDS[name], about, edited.entities, asker=caller.jid
            )

    def _fields(
        self, caller: Caller, edited: Editable, language: Language
    ) -> Mapping[str, FormField]:
        """Return the fields of the form, as they are now."""
        fixed = language.own(
            "main_entity", "This is where its device is. Move the device."
        )
        fields = (
            FormField(
                var=NAME,
                label=language.own("node_name", "Name"),
                values=(edited.name,),
                datatype="xs:string",
                not_same=True,
            ),
            FormField(
                var=AREA,
                type=FormFieldType.LIST_SINGLE,
                label=language.own("node_area", "Area"),
                description="" if edited.movable else fixed,
                values=(edited.area,),
                options=self._areas(caller, edited, language.own("no_area", "No area")),
                datatype="xs:string",
                read_only=not edited.movable,
                not_same=True,
            ),
        )
        return {field.var: field for field in fields}

    def _areas(
        self, caller: Caller, edited: Editable, nowhere: str
    ) -> tuple[FormOption, ...]:
        """Return where the node can be: where it is, and in areas that exist for the caller, or in none.

        Not where the move would give somebody rights that are not the caller's to give.
        """
        known = {
            node.removeprefix(AREA_PREFIX)
            for node in self._guard.tree(caller).parents
            if node.startswith(AREA_PREFIX)
        }
        places = {area: edited.place(area) for area in (*known, edited.area, "")}
        closed = self._guard.closed_areas(
            caller, edited.entities, set(places.values()) - {edited.area}
        )
        registry = ar.async_get(self._hass)
        areas = (
            registry.async_get_area(area)
            for area, place in places.items()
            if area and place not in closed
        )
        none = () if places[""] in closed else (FormOption("", nowhere),)
        return none + tuple(
            FormOption(area.id, area.name)
            for area in sorted(filter(None, areas), key=lambda area: area.name)
        )


_DEEDS: Final = {NAME: "rename", AREA: "move"}


def _wrong(given: Submission, fields: Mapping[str, FormField]) -> dict[str, str]:
    """Return what is wrong with what was filled in, by field."""
    reasons = {
        name: _reason(values, fields.get(name))
        for name, values in given.items()
        if name not in FRAME
    }
    return {name: reason for name, reason in reasons.items() if reason}


def _reason(values: tuple[str, ...], field: FormField | None) -> str:
    if field is None:
        return "Unknown field."
    if len(values) > 1:
        return "Exactly one value is needed."
    value = "".join(values)
    if field.read_only and (value,) != field.values:
        return field.description
    if field.options and value not in {one.value for one in field.options}:
        return "There is no such choice."
    if len(value) > LONGEST or not value.isprintable():
        return f"A text of one line and at most {LONGEST} characters is needed."
    return ""


def _changes(
    given: Submission, fields: Mapping[str, FormField]
) -> Iterator[tuple[str, str]]:
    """Yield the values that are others than now."""
    for name, field in fields.items():
        if name in given and (value := "".join(given[name]).strip()) != field.values[0]:
            yield name, value


def _refused(wrong: Mapping[str, str]) -> NotAcceptable:
    text = " ".join(f"{name}: {reason}" for name, reason in wrong.items())
    return NotAcceptable(text, parameters=wrong)
