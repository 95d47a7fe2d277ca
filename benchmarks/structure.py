"""The package in figures: files, rooms, arrows between them, and how dense the code is.

    python -m benchmarks.structure [FOLDER]

A room is a folder of Python files, or a module that lies loose in the package. An arrow leads from a room to
another that it imports. Neither comments nor docstrings are code: they count as no
lines and no statements.
"""

import ast
import sys
from pathlib import Path
from typing import NamedTuple

import seqzoo


class Code(NamedTuple):
    """What a file has beside comments and docstrings.

    Attributes:
        statements: their number.
        lines: each without the space around it.
    """

    statements: int
    lines: list[str]


def main(folder: Path) -> None:
    """Print the figures of a package's folder."""
    files = sorted(folder.rglob("*.py"))
    arrows = {arrow for path in files for arrow in imports(path, folder)}
    codes = [code_of(path.read_text("utf-8")) for path in files]
    statements = sum(code.statements for code in codes)
    lines = [line for code in codes for line in code.lines]
    rooms = {room(path, folder) for path in files}
    print(f"files {len(files)}, rooms {len(rooms)}, arrows {len(arrows)}")
    print(f"loose modules {sum(path.parent == folder for path in files) - 2}")
    print(f"statements per 100 lines of code {100 * statements / len(lines):.0f}")
    print(f"characters a line of code {sum(map(len, lines)) / len(lines):.1f}")


def room(path: Path, folder: Path) -> str:
    """The folder of a file, below the package's; of a loose module its name."""
    parts = path.relative_to(folder).parts
    return ".".join(parts[:-1]) if len(parts) > 1 else parts[0].removesuffix(".py")


def imports(path: Path, folder: Path):
    """Arrows from a file's room to others."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            target = place_of(name, folder)
            if target is not None and room(target, folder) != room(path, folder):
                yield room(path, folder), room(target, folder)


def place_of(name: str, folder: Path) -> Path | None:
    """The file of a module of the package."""
    parts = name.split(".")
    if parts[0] != folder.name or len(parts) == 1:
        return None
    place = folder.joinpath(*parts[1:])
    for path in (place.with_suffix(".py"), place / "__init__.py"):
        if path.exists():
            return path
    return None


def code_of(text: str) -> Code:
    """The statements and lines of a file's text."""
    statements = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt)]
    quoted = [node for node in statements if is_docstring(node)]
    left_out = {n for node in quoted for n in range(node.lineno, node.end_lineno + 1)}
    lines = [
        line.strip()
        for number, line in enumerate(text.split("\n"), 1)
        if number not in left_out
    ]
    code = [line for line in lines if line and not line.startswith("#")]
    return Code(len(statements) - len(quoted), code)


def is_docstring(node: ast.stmt) -> bool:
    """Whether a statement is a string and nothing else."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(seqzoo.__file__).parent)
