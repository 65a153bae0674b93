"""How foreign nodes are shown now: each by several entities, of which more appear when it says more."""

from collections.abc import Callable, Iterator, Mapping

from homeassistant.const import Platform

from .foreign import PARAMETER, ForeignEntity
from .foreign_mapping import ForeignMapping
from .node import RemoteNode

type Said = tuple[object, object, object]
type Appeared = Callable[[ForeignView, ForeignEntity], None]


class ForeignView:
    """A foreign node by the entities that show it; those who show it ask here what it is.

    What it is shown by is found out anew only when the node says something new.
    """

    def __init__(self, node: RemoteNode, mapping: ForeignMapping) -> None:
        """Show `node` as `mapping` wants it."""
        self.node = node
        self._mapping = mapping
        self._entities: Mapping[str, ForeignEntity] = {}
        self._of: Said | None = None
        self._known: dict[str, Platform] = {}

    @property
    def entities(self) -> Mapping[str, ForeignEntity]:
        """What shows the node, by its keys."""
        node = self.node
        said = node.fields, node.form, node.commands
        if self._of is None or any(
            new is not old for new, old in zip(said, self._of, strict=True)
        ):
            self._of = said
            self._entities = node.attempt(self._found) or {}
        return self._entities

    def _found(self) -> Mapping[str, ForeignEntity]:
        return {one.key: one for one in self._mapping.entities(self.node)}

    def new(self) -> Iterator[ForeignEntity]:
        """Yield what was not yielded before, or was to be shown on another platform."""
        for key, entity in self.entities.items():
            if self._known.get(key) is not entity.platform:
                self._known[key] = entity.platform
                yield entity

    def is_wanted(self, key: str, platform: str) -> bool:
        """Return whether a key may be shown on a platform: what the node has not said yet, may."""
        found = self.entities.get(key)
        if found is not None:
            return found.platform == platform
        return key not in self._mapping.hidden(self.node) | self._parts

    @property
    def _parts(self) -> frozenset[str]:
        """The keys of what is shown as a part of something else."""
        return frozenset(
            f"{PARAMETER}:{part.name}"
            for entity in self.entities.values()
            if entity.platform is Platform.LIGHT
            for part in entity.parts
            if f"{PARAMETER}:{part.name}" != entity.key
        )

    def adapt(self, mapping: ForeignMapping) -> None:
        """Show the node as somebody wants it now."""
        self._mapping, self._of = mapping, None


class ForeignViews:
    """All foreign nodes of a house that are shown."""

    def __init__(self, mapping: ForeignMapping, appeared: Appeared) -> None:
        """Tell `appeared` of all there is to show of them, as soon as it is known."""
        self._mapping = mapping
        self._appeared = appeared
        self._views: dict[RemoteNode, ForeignView] = {}
        self._unlisten: dict[RemoteNode, Callable[[], None]] = {}

    def __iter__(self) -> Iterator[ForeignView]:
        """Return how each of them is shown."""
        return iter(tuple(self._views.values()))

    def add(self, node: RemoteNode) -> ForeignView:
        """Show a node, and whatever more it says later."""
        if (view := self._views.get(node)) is not None:
            return view
        view = self._views[node] = ForeignView(node, self._mapping)

        def look() -> None:
            for entity in view.new():
                self._appeared(view, entity)

        self._unlisten[node] = node.listen(look)
        look()
        return view

    def remove(self, node: RemoteNode) -> None:
        """Show a node no more."""
        if self._views.pop(node, None) is not None:
            self._unlisten.pop(node)()

    def adapt(
        self,
        mapping: ForeignMapping,
        do: Callable[[Callable[[], None]], None] = lambda work: work(),
    ) -> None:
        """Show all of them as somebody wants them now; `do` does what that takes, one after the other."""
        self._mapping = mapping
        for view in self:
            view.adapt(mapping)
            do(view.node.changed)
