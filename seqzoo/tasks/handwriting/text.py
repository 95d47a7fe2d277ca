"""What a drawing shows as numbers of tokens: characters, words, or the components of characters."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seqzoo.errors import InputError
from seqzoo.system.files import read_json, read_lines, write_lines

FILE, TABLE = "tokens.txt", "characters.json"
PADDING, END, NONE = 0, 1, 2  # ids; END behind every text, NONE is no text
SPECIAL = ("<pad>", "<end>", "<none>")
SPACE = "<space>"  # in the file, where it would not be seen
UNITS = ("character", "word", "table")


class Text:
    """Texts as ids.

    Args:
        tokens: all of them, the special ones first.
        unit: how a text is cut: one of `UNITS`; `table`: each character has components in `table`.
        table: character -> tokens.
    """

    def __init__(
        self,
        tokens: Sequence[str],
        unit: str,
        table: Mapping[str, Sequence[str]] | None = None,
    ):
        self.tokens, self.unit, self.table = list(tokens), unit, dict(table or {})
        self._ids = {token: number for number, token in enumerate(self.tokens)}

    @classmethod
    def of(
        cls, texts: Iterable[Sequence[str]], table: Mapping[str, Sequence[str]]
    ) -> "Text":
        """The tokens of training texts, the commonest first.

        Args:
            texts: of the training part, as tokens.
            table: character -> tokens, of all parts; empty: there is none.
        """
        counts = Counter(token for text in texts for token in text)
        tokens = sorted(counts, key=lambda token: (-counts[token], token))
        long = any(len(token) > 1 for token in tokens)
        unit = "table" if table else "word" if long else "character"
        return cls([*SPECIAL, *tokens], unit, table)

    def __len__(self) -> int:
        return len(self.tokens)

    def ids(self, tokens: Sequence[str], where: str) -> np.ndarray:
        """Ids of tokens and the end, int32 (tokens + 1,); without tokens those of no text.

        Raises:
            InputError: on a token that the training had not.
        """
        for token in tokens:
            if token not in self._ids:
                raise InputError(f"{where}: {token!r}: not in the texts of the training")
        found = [self._ids[token] for token in tokens] or [NONE]
        return np.array([*found, END], np.int32)

    def pieces(self, text: str, where: str) -> list[tuple[str, list[str]]]:
        """What is written one by one, and the tokens of each: characters of a table, else the whole.

        Raises:
            InputError: on a character that is not in the table.
        """
        if self.unit == "word":
            return [(text, text.split())] if text.split() else []
        if self.unit == "character":
            return [(text, list(text))] if text else []
        found = []
        for character in "".join(text.split()):
            if character not in self.table:
                raise InputError(
                    f"{where}: {character!r}: expected one of the {len(self.table):,} characters whose "
                    "components the model knows"
                )
            found.append((character, list(self.table[character])))
        return found

    def save(self, folder: Path) -> None:
        """Write tokens, and the table where there is one."""
        lines = [SPACE if token == " " else token for token in self.tokens]
        write_lines(folder / FILE, lines)
        if self.table:
            write_lines(folder / TABLE, _as_json(self.table))

    @classmethod
    def load(cls, folder: Any, unit: str, count: int | None = None) -> "Text":
        """What `save` wrote.

        Args:
            folder: a path, or what gives the path of a file by its name.
            unit: of the texts.
            count: of tokens that there must be; None: any.
        """
        place = folder.path if hasattr(folder, "path") else folder.joinpath
        lines = read_lines(place(FILE)) if count is None else read_lines(place(FILE), count)
        tokens = [" " if line == SPACE else line for line in lines]
        if tuple(tokens[: len(SPECIAL)]) != SPECIAL:
            raise InputError(f"{place(FILE)}: expected {', '.join(SPECIAL)} first")
        table = read_json(place(TABLE)) if unit == "table" else None
        sound = table is None or (
            isinstance(table, dict)
            and all(
                isinstance(each, list) and all(isinstance(t, str) for t in each)
                for each in table.values()
            )
        )
        if not sound:
            raise InputError(f"{place(TABLE)}: expected lists of tokens by character")
        return cls(tokens, unit, table)


def _as_json(table: Mapping[str, Sequence[str]]) -> list[str]:
    """The lines of a JSON file, one for each character."""
    rows = [
        f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(list(tokens), ensure_ascii=False)}"
        for name, tokens in table.items()
    ]
    return ["{", *(f"{row}," for row in rows[:-1]), *rows[-1:], "}"]
