"""The owner is asked before it is anybody's turn: who waits for an answer keeps nobody else waiting."""

from collections.abc import Sequence

from ..contacts.consent import Consent
from ..contacts.grants import Verdict
from ..contacts.question import Wish
from ..wire.model import Caller
from .actions import Act, Actions


class Asking:
    """Has the owner asked for what nothing else allows."""

    def __init__(self, actions: Actions, consent: Consent | None) -> None:
        """Ask by `consent`; without it there is no owner to ask, and the gate says no."""
        self._actions = actions
        self._consent = consent

    def may_ask(self, caller: Caller) -> bool:
        """Return whether the owner can be asked about anything the caller wants."""
        return self._consent is not None and self._consent.may_ask(caller.bare)

    async def ask(self, acts: Sequence[Act]) -> None:
        """Ask for what of these acts needs it, when all of them can be carried out but for that.

        Returns when the gate can be asked again. Its errors are those of `Actions.check` and `Consent.ask`.
        """
        for act in acts:
            self._actions.check(act, asking=True)
        wishes = [
            Wish(
                contact=act.contact,
                level=act.level,
                entity_id=act.entity_id,
                action=act.action,
                data=act.data,
            )
            for act in acts
            if self._actions.decide(act).verdict is Verdict.ASK
        ]
        if wishes and self._consent is not None:
            await self._consent.ask(wishes, min(act.expires for act in acts))
