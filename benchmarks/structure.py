"""The package in figures: files, rooms, arrows between them, and how dense the code is.

    python -m benchmarks.structure [FOLDER]

A room is a folder of Python files, or a module that lies loose in the package. An arrow leads from a room to
another that it imports. Lines of code are those with something on them but comments and docstrings.
"""

import ast
import sys
from pathlib import Path

import seqzoo


def main(folder: Path) -> None:
    """Print the figures of a package's folder."""
    files = sorted(folder.rglob("*.py"))
    arrows = {arrow for path in files for arrow in imports(path, folder)}
    statements, lines, characters = 0, 0, 0
    for path in files:
        text = path.read_text("utf-8")
        code = [
            line
            for number, line in enumerate(text.split("\n"), 1)
            if number in code_lines(text)
        ]
        statements += sum(isinstance(node, ast.stmt) for node in ast.walk(ast.parse(text)))
        lines += len(code)
        characters += sum(len(line.strip()) for line in code)
    print(
        f"files {len(files)}, rooms {len({room(path, folder) for path in files})}, arrows {len(arrows)}"
    )
    print(f"loose modules {sum(path.parent == folder for path in files) - 2}")
    print(f"statements per 100 lines of code {100 * statements / lines:.0f}")
    print(f"characters a line of code {characters / lines:.1f}")


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


def code_lines(text: str) -> set[int]:
    """Numbers of the lines with code."""
    tree = ast.parse(text)
    quoted = set()
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            quoted |= set(range(node.lineno, node.end_lineno + 1))
    lines = enumerate(text.split("\n"), 1)
    return {
        n
        for n, line in lines
        if n not in quoted and line.strip() and not line.strip().startswith("#")
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(seqzoo.__file__).parent)
