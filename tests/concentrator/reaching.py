"""Reads the code: where something is reached, and whether a question to the gate always comes before it.

What is read is plain source, so that the walker can be shown bad code too. Things are known by how they are
written: `_offers.run` is the attribute `run` of whatever ends in `_offers`, `.async_call` is that attribute of
anything, and a name without a dot stands for itself.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import custom_components.xmpp_iot as component

ROOT: Final = Path(component.__file__).parent

type Place = tuple[str, str]  # module, function

_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Reach:
    """Something reached: where, and by which node of the code."""

    place: Place
    node: ast.AST


class Code:
    """Modules, by their paths."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        """Read the sources."""
        self._parents: dict[ast.AST, ast.AST] = {}
        self._modules = {path: ast.parse(text) for path, text in sources.items()}
        self._used: defaultdict[str, list[tuple[str, ast.AST]]] = defaultdict(list)
        for path, tree in self._modules.items():
            for node in ast.walk(tree):
                for child in ast.iter_child_nodes(node):
                    self._parents[child] = node
                if (name := _last_name(node)) is not None:
                    self._used[name].append((path, node))

    @classmethod
    def of_component(cls) -> Code:
        """Return all modules of the component."""
        return cls(
            {
                path.relative_to(ROOT).as_posix(): path.read_text()
                for path in sorted(ROOT.rglob("*.py"))
            }
        )

    def reaching(self, name: str, within: str = "") -> Iterator[Reach]:
        """Yield where something is used, whether it is called, handed on, or given another name.

        `within` is a module; '' is all of them.
        """
        for path, node in self._used[name.rpartition(".")[2]]:
            if within in {"", path} and _uses(node, name):
                yield Reach((path, self._function(node)), node)

    def calling(self, name: str) -> Iterator[Reach]:
        """Yield where something is called."""
        for reach in self.reaching(name):
            above = self._parents[reach.node]
            if isinstance(above, ast.Call) and above.func is reach.node:
                yield reach

    def asks_before(self, reach: Reach, question: str) -> bool:
        """Return whether `question` is asked on every way to it, in the function that it is in.

        That is a call that reads so, in a statement before it or in the head of a loop or `with` around it;
        not one in a branch, in an operand that may be left out, or in another function.
        """
        node: ast.AST = reach.node
        while not isinstance(node, _FUNCTIONS):
            above = self._parents[node]
            if isinstance(node, ast.Lambda) or isinstance(above, ast.Module):
                return False
            if any(_asks(one, question) for one in _before(above, node)):
                return True
            node = above
        return False

    def waits_between(self, reach: Reach, question: str) -> list[str]:
        """Return what is awaited after the question and before what is reached, in one function."""
        function = self.function(reach.place)
        asked = next(
            node
            for node in ast.walk(function)
            if isinstance(node, ast.Call) and ast.unparse(node) == question
        )
        begin, end = _position(asked), _position(reach.node)
        return [
            ast.unparse(node.value)
            for node in ast.walk(function)
            if isinstance(node, ast.Await)
            and begin < _position(node) < end
            and reach.node not in ast.walk(node)
        ]

    def function(self, place: Place) -> ast.FunctionDef | ast.AsyncFunctionDef:
        """Return a function's code."""
        path, name = place
        return next(
            node
            for node in ast.walk(self._modules[path])
            if isinstance(node, _FUNCTIONS) and self._function(node) == name
        )

    def _function(self, node: ast.AST) -> str:
        names: list[str] = []
        while not isinstance(node, ast.Module):
            if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
                names.insert(0, node.name)
            node = self._parents[node]
        return ".".join(names)


def _position(node: ast.AST) -> tuple[int, int]:
    assert isinstance(node, (ast.expr, ast.alias))
    return node.lineno, node.col_offset


def _last_name(node: ast.AST) -> str | None:
    """Return the last name of something used; a text can be one, for getattr."""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name, ctx=ast.Load()):
            return name
        case ast.Constant(value=str() as name):
            return name
        case ast.alias(name=name, asname=str()):  # under the other one nobody finds it
            return name
    return None


def _uses(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Attribute():
            text = ast.unparse(node)
            dotted = f".{name.lstrip('.')}"
            return "." in name and (text == name or text.endswith(dotted))
        case ast.Constant():
            return name.startswith(".")
    return "." not in name


def _before(above: ast.AST, node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is certainly done before `node`, a part of `above`, of the parts of that."""
    match above:
        case ast.For() | ast.AsyncFor() if node in above.body:
            yield above.iter
        case ast.With() | ast.AsyncWith() if node in above.body:
            yield from (one.context_expr for one in above.items)
        case ast.If() | ast.While() if node in (*above.body, *above.orelse):
            yield above.test
    for name in ("body", "orelse", "finalbody"):
        block = getattr(above, name, None)
        if isinstance(block, list) and node in block:
            yield from block[: block.index(node)]


def _asks(node: ast.AST, question: str) -> bool:
    """Return whether a call that reads so is made whenever `node` is executed to its end."""
    if isinstance(node, ast.Call) and ast.unparse(node) == question:
        return True
    return any(_asks(part, question) for part in _always(node))


def _always(node: ast.AST) -> Iterator[ast.AST]:
    """Yield those parts of `node` that are executed whenever it is."""
    match node:
        case ast.Lambda() | ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
            return
        case ast.If() | ast.While() | ast.IfExp():
            yield node.test
        case ast.For() | ast.AsyncFor():
            yield node.iter
        case ast.BoolOp():
            yield node.values[0]
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            yield node.generators[0].iter
        case ast.Try():  # what a handler passes over was not asked
            yield from (*([] if node.handlers else node.body), *node.finalbody)
        case ast.Match():
            yield node.subject
        case _:
            yield from ast.iter_child_nodes(node)
