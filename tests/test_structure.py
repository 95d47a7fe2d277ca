"""How dense the code is: what `benchmarks.structure` counts."""

import ast

from benchmarks.structure import code_of

TEXT = '''"""What the module is for,
in two lines."""

import ast  # counts

# A comment does not.


def function(a):
    """Neither does this."""
    if a:
        return [
            "a string is code",
            a,
        ]
    return None
'''


def test_docstrings_and_comments_are_neither_statements_nor_lines():
    code = code_of(TEXT)
    assert code.statements == 5  # import, def, if, two returns
    assert code.lines == [
        "import ast  # counts",
        "def function(a):",
        "if a:",
        "return [",
        '"a string is code",',
        "a,",
        "]",
        "return None",
    ]


def test_a_file_is_parsed_once(monkeypatch):
    parsed = []
    parse = ast.parse
    monkeypatch.setattr(ast, "parse", lambda text: parsed.append(text) or parse(text))
    code_of(TEXT * 50)
    assert len(parsed) == 1
