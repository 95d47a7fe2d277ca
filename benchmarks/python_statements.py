"""How much of what a character model writes is Python: statements that `ast.parse` accepts.

    python -m benchmarks.python_statements runs/characters [--lines 40] [--samples 20] [--temperature 0.7]

Each sample begins behind the end of another file and is cut after so many lines; its last statement is
left out, since the cut may go through it. A statement begins at a line that begins at the margin, with
neither white space nor a closing bracket, `else` or the like, and not inside a string of several lines;
comments and blank lines alone are none. Prints the first sample, and the share of all samples' statements
that can be parsed. Of the statements of `argparse`, `ast` and `typing` themselves it takes all.
"""

import argparse
import ast
import itertools
import re
import warnings

_GOES_ON = re.compile(r"[\s)\]}]|(else|elif|except|finally)\b")


def statements(text: str) -> list[str]:
    """The statements at the margin, each with the lines that belong to it."""
    found: list[list[str]] = []
    decorated = quoted = False
    for line in text.split("\n"):
        if found and (not line or _GOES_ON.match(line) or decorated or quoted):
            found[-1].append(line)
        else:
            found.append([line])
        decorated = line.startswith("@") if line else decorated
        quoted ^= any(line.count(quotes) % 2 for quotes in ('"""', "'''"))
    whole = ["\n".join(lines) for lines in found]
    return [s for s in whole if any(re.match(r"\s*[^#\s]", line) for line in s.split("\n"))]


def is_python(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


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
    found = list(itertools.chain.from_iterable(statements(text)[:-1] for text in texts))
    accepted = [text for text in found if is_python(text)]
    lines = [sum(s.count("\n") + 1 for s in part) for part in (accepted, found)]
    print(f"{len(accepted)} of {len(found)} statements, {len(accepted) / max(len(found), 1):.3f}; "
          f"{lines[0]} of {lines[1]} lines")  # fmt: skip


if __name__ == "__main__":
    main()
