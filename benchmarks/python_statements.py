"""How much of what a character model writes is Python: statements that `ast.parse` accepts.

    python -m benchmarks.python_statements runs/characters [--lines 40] [--samples 20] [--temperature 0.7]

Each sample begins behind the end of another file and is cut after so many lines; its last line is left out,
since the cut may go through it. A statement that is accepted counts with all those inside it. One that is
not, but has a body, counts by its first line (with `pass` for a body) and by what the body's own
statements count. Of the standard library's own modules everything is accepted. Prints the first sample,
and the share of all samples' statements that are accepted.
"""

import argparse
import ast
import re
import textwrap
import warnings

_GOES_ON = re.compile(r"[\s)\]}]|(else|elif|except|finally)\b")
_CLAUSE = re.compile(r"(else|elif|except|finally)\b")
_QUOTES = ('"""', "'''")


def statements(text: str) -> list[str]:
    """The statements at the margin, each with the lines that belong to it; comments alone are none."""
    found: list[list[str]] = []
    decorated = quoted = False
    for line in text.split("\n"):
        if found and (not line or _GOES_ON.match(line) or decorated or quoted):
            found[-1].append(line)
        else:
            found.append([line])
        decorated = line.startswith("@") if line else decorated
        quoted ^= any(line.count(quotes) % 2 for quotes in _QUOTES)
    return [
        "\n".join(lines)
        for lines in found
        if any(re.match(r"\s*[^#\s]", line) for line in lines)
    ]


def parsed(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            return ast.parse(text)
    except (SyntaxError, ValueError):
        return None


def counts(text: str) -> tuple[int, int]:
    """Statements accepted, and all."""
    accepted = total = 0
    for statement in statements(textwrap.dedent(text)):
        tree = parsed(textwrap.dedent(statement))
        if tree is not None:
            inside = sum(isinstance(node, ast.stmt) for node in ast.walk(tree))
            accepted, total = accepted + inside, total + inside
            continue
        lines = textwrap.dedent(statement).split("\n")
        heads = [
            n
            for n in range(1, len(lines))
            if parsed("\n".join(lines[:n]) + " pass") is not None
        ]
        accepted, total = accepted + bool(heads), total + 1
        for block in blocks(lines[heads[0] if heads else 1 :]):
            more = counts(block)
            accepted, total = accepted + more[0], total + more[1]
    return accepted, total


def blocks(lines: list[str]) -> list[str]:
    """The bodies of a statement's clauses; `else` and the like, at the margin, stand between them."""
    found: list[list[str]] = [[]]
    for line in lines:
        if _CLAUSE.match(line):
            found.append([])
        elif line[:1].isspace() or not line:
            found[-1].append(line)
    return ["\n".join(block) for block in found if any(line.strip() for line in block)]


def sample(model, lines: int, **how) -> str:
    """The first so many lines that the model writes."""
    text = ""
    for piece in model.generate(length=lines * 200, **how):
        text += piece
        if text.count("\n") == lines:
            break
    return text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("--lines", type=int, default=40)
    parser.add_argument("--samples", type=int, default=20)
    parser.add_argument("--temperature", type=float, default=0.7)
    arguments = parser.parse_args()
    import seqzoo

    model = seqzoo.load(arguments.model)
    texts = [
        sample(model, arguments.lines, temperature=arguments.temperature, seed=seed)
        for seed in range(arguments.samples)
    ]
    print(texts[0])
    whole = [counts(text.rstrip("\n").rpartition("\n")[0]) for text in texts]
    for name, found in (("the first sample", whole[:1]), ("all samples", whole)):
        accepted, total = (sum(part) for part in zip(*found, strict=True))
        print(
            f"{name}: {accepted} of {total} statements accepted, {accepted / max(total, 1):.3f}"
        )


if __name__ == "__main__":
    main()
