"""Every public name of the package has type hints and a docstring."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import seqzoo

PACKAGE = Path(seqzoo.__file__).parent

ROOMS = sorted(
    path.name
    for path in PACKAGE.iterdir()
    if path.suffix == ".py" or (path / "__init__.py").exists()
)


def _files(room: str) -> list[Path]:
    path = PACKAGE / room
    return [path] if path.suffix == ".py" else sorted(path.rglob("*.py"))


def _public(body: list[ast.stmt], inside: str = "") -> Iterator[tuple[str, ast.stmt]]:
    """Yield name and definition of public functions and classes, and of public classes' methods.

    A function within a function is nobody's to call and is left out.
    """
    for node in body:
        if isinstance(node, ast.If | ast.Try | ast.With):
            yield from _public(node.body, inside)
            yield from _public(getattr(node, "orelse", []), inside)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if node.name.startswith("_") and not (inside and node.name == "__init__"):
            continue
        yield inside + node.name, node
        if isinstance(node, ast.ClassDef):
            yield from _public(node.body, f"{inside}{node.name}.")


def _has_docstring(node: ast.FunctionDef | ast.ClassDef) -> bool:
    """A class may put its docstring together: `__doc__ = "..." + COMMON`."""
    assigned = [
        target
        for part in node.body
        if isinstance(part, ast.Assign)
        for target in part.targets
    ]
    composed = any(
        isinstance(target, ast.Name) and target.id == "__doc__" for target in assigned
    )
    return composed or ast.get_docstring(node) is not None


def _is_static(function: ast.FunctionDef) -> bool:
    return any(
        isinstance(d, ast.Name) and d.id == "staticmethod" for d in function.decorator_list
    )


def _without_hint(function: ast.FunctionDef, is_method: bool) -> list[str]:
    """The parameters that have no annotation, and "return" where the result has none."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args]
    if is_method and not _is_static(function):
        named = named[1:]  # self or cls
    named += arguments.kwonlyargs
    named += [extra for extra in (arguments.vararg, arguments.kwarg) if extra]
    missing = [argument.arg for argument in named if argument.annotation is None]
    if function.returns is None and function.name != "__init__":
        missing.append("return")
    return missing


def _is_overload(node: ast.AST) -> bool:
    names = (getattr(each, "id", "") for each in getattr(node, "decorator_list", ()))
    return "overload" in names


def _faults(source: str) -> list[str]:
    faults = []
    for name, node in _public(ast.parse(source).body):
        if _is_overload(node):  # the implementation says what all of them do
            continue
        if node.name != "__init__" and not _has_docstring(node):
            faults.append(f"{node.lineno}: {name} has no docstring")
        if isinstance(node, ast.ClassDef):
            continue
        if missing := _without_hint(node, is_method="." in name):
            faults.append(
                f"{node.lineno}: {name} has no type hint for {', '.join(missing)}"
            )
    return faults


@pytest.mark.parametrize("room", ROOMS)
def test_public_names_have_type_hints_and_docstrings(room):
    faults = [
        f"{path.relative_to(PACKAGE)}:{fault}"
        for path in _files(room)
        for fault in _faults(path.read_text(encoding="utf-8"))
    ]
    assert not faults, "\n".join(faults)


def test_the_check_sees_what_is_missing():
    source = """
class Room:
    def __init__(self, size):
        pass

    def door(self, key, *, lock: int):
        pass

    @staticmethod
    def wall(width) -> int:
        "A docstring."

    def _own(self, anything):
        pass
"""
    assert _faults(source) == [
        "2: Room has no docstring",
        "3: Room.__init__ has no type hint for size",
        "6: Room.door has no docstring",
        "6: Room.door has no type hint for key, return",
        "10: Room.wall has no type hint for width",
    ]
