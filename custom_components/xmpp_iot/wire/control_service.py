"""Control, answered (XEP-0325 and its Neuro-Foundation sibling)."""

from dataclasses import replace

from .call import Call, Routes, Stateless, dressed, require_set
from .control import (
    decode_get_form,
    decode_set,
    encode_parameter_errors,
    encode_set_done,
)
from .dialects import Dialect
from .errors import StanzaError
from .form_model import Form, Submission
from .form_service import FormSessions
from .forms import encode_form
from .model import Caller
from .provider import Provider
from .xml import Element, clark


class ControlService(Stateless):
    """Answers control requests of all dialects."""

    def __init__(self, provider: Provider, forms: FormSessions) -> None:
        """Control what `provider` lets the caller control; `forms` are asked about while filled in."""
        self._provider = provider
        self._forms = forms

    def routes(self, dialect: Dialect) -> Routes:
        """Return who answers."""
        return {
            clark(dialect.control, "set"): self._set,
            clark(dialect.control, "getForm"): self._get_form,
        }

    async def _set(self, call: Call) -> Element | None:
        try:
            require_set(call)
            request = decode_set(call.payload, call.dialect)
            await self._provider.control(call.caller, request)
        except StanzaError as error:
            children = encode_parameter_errors(error.parameters, call.dialect)
            raise dressed(error, children) from error
        self._forms.submitted(call)
        return encode_set_done(call.dialect)

    async def _get_form(self, call: Call) -> Element | None:
        request = decode_get_form(call.payload, call.dialect)

        async def again(caller: Caller, draft: Submission) -> Form:
            asked = replace(request, draft=draft)
            return await self._provider.control_form(caller, asked)

        form = await self._provider.control_form(call.caller, request)
        return encode_form(self._forms.opened(call, form, again), call.dialect)
