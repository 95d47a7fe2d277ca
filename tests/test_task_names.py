"""A task's name is a literal in its own folder and nowhere else: what is true of one task is said there."""

import ast
from pathlib import Path

import seqzoo
from seqzoo.tasks import discover

ROOT = Path(seqzoo.__file__).parent


def literals(path: Path):
    """The strings of a file that are no docstring, with their lines."""
    tree = ast.parse(path.read_text("utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(
            node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        )
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
        ):
            yield node.lineno, node.value


def test_a_tasks_name_is_a_literal_in_its_own_folder_alone():
    homes = {
        task.name: task.folder
        for task in discover().values()
        if ROOT in task.folder.parents
    }
    found = []
    for path in ROOT.rglob("*.py"):
        if path == ROOT / "__init__.py":  # the table of old names
            continue
        for line, text in literals(path):
            if text in homes and homes[text] not in path.parents:
                found.append(f"{path.relative_to(ROOT)}:{line}: {text!r}")
    assert not found, "\n".join(found)
