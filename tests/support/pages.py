"""The Python of Markdown pages, as it runs in a test.

Blocks of a page run in order, in one namespace, in a temporary folder. Comments before a block say what a
reader brings along, or why the block is not run:

    <!-- setup: x = np.zeros((2, 5, 8)) -->       Python, run first; may span lines
    <!-- check: assert model.count_params() -->   Python, run in its turn; may span lines
    <!-- slow: trains for a minute -->            the next block or check runs among the slow tests alone
    <!-- not run: needs a cluster -->             the next block does not run; tests count these

A line of a block that ends in a value, as `answer["label"]  # "positive"`, is held to it.
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

_PIECES = re.compile(
    r"^```python\n(?P<code>.*?)^```|<!-- (?P<word>setup|check|slow|not run):\s(?P<text>.*?)-->",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Block:
    """Python of a page.

    Attributes:
        code: as it stands in the page.
        line: of the page, that its first line has.
        shown: whether a reader sees it.
        slow: why it runs among the slow tests; "": it is quick.
        not_run: why it does not run; "": it does.
    """

    code: str
    line: int
    shown: bool
    slow: str = ""
    not_run: str = ""


def blocks_of(text: str) -> list[Block]:
    """The Python of a page, in order.

    Args:
        text: the page.
    """
    found, said = [], {"slow": "", "not run": ""}
    for piece in _PIECES.finditer(text):
        word, content = piece["word"], (piece["text"] or "").strip()
        if word in said:
            assert content, f"{word}: expected a reason"
            said[word] = content
            continue
        start = piece.start("code") if piece["code"] is not None else piece.start("text")
        line = text.count("\n", 0, start) + 1
        shown = piece["code"] is not None
        code = piece["code"] if shown else content
        found.append(Block(code, line, shown, slow=said["slow"], not_run=said["not run"]))
        said = {"slow": "", "not run": ""}
    return found


def run(page: Path, *, slow: bool) -> int:
    """Run the Python of a page in the folder that is the current one; returns how many blocks ran.

    Args:
        page: the file.
        slow: run slow blocks, too.

    Raises:
        AssertionError: if a line says a value and has another.
    """
    namespace = {"__name__": "__main__"}
    ran = 0
    for block in blocks_of(page.read_text("utf-8")):
        if block.not_run or (block.slow and not slow):
            continue
        _run(block, page, namespace)
        ran += block.shown
    return ran


def _run(block: Block, page: Path, namespace: dict) -> None:
    """Run a block, statement by statement, so that values can be compared."""
    lines = block.code.split("\n")
    tree = ast.parse("\n" * (block.line - 1) + block.code)
    for statement in tree.body:
        if not isinstance(statement, ast.Expr):
            module = ast.Module([statement], [])
            exec(compile(module, str(page), "exec"), namespace)
            continue
        value = eval(compile(ast.Expression(statement.value), str(page), "eval"), namespace)
        last = lines[statement.end_lineno - block.line]
        said = _value(last.encode()[statement.end_col_offset :].decode())
        where = f"{page.name}:{statement.end_lineno}"
        assert said is None or _same(value, said[0]), f"{where}: {value!r}"


def _value(rest: str) -> tuple | None:
    """The value that a comment behind a statement says, alone in a tuple; None: it says none."""
    comment = rest.partition("#")[2].strip()
    if "..." in comment:
        return None
    try:
        return (ast.literal_eval(comment),)
    except (ValueError, SyntaxError):
        return None  # words


def _same(value: object, said: object) -> bool:
    """Whether a value is the one that a page says, numbers to the digits of three places."""
    if isinstance(said, float):
        return bool(np.isclose(float(value), said, atol=5e-4))
    if hasattr(value, "tolist"):
        value = value.tolist()
    return value == said
