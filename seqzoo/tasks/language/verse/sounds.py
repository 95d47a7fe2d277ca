"""How characters sound: the groups of rhymes that they are of, and level or oblique."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from seqzoo.datasets.files import read_lines
from seqzoo.errors import InputError, unknown_name
from seqzoo.tasks.language.verse.tones import LEVEL, OBLIQUE
from seqzoo.text import mandarin

_BITS = {mandarin.LEVEL: LEVEL, mandarin.OBLIQUE: OBLIQUE}


class Sounds:
    """Rhymes and tones of characters.

    In modern Mandarin a rhyme is a group and a kind of tone: level and oblique ends do not rhyme.

    Args:
        readings: character -> reading, `qiu1`.
        groups: character -> names of its groups; None: by the readings.

    Attributes:
        readings: that.
    """

    def __init__(
        self, readings: Mapping[str, str], groups: Mapping[str, Sequence[str]] | None = None
    ):
        self.readings = dict(readings)
        self._own = groups
        self._names = self._all_names()
        self._bit = {name: 1 << place for place, name in enumerate(self._names)}

    def _all_names(self) -> list[str]:
        if self._own is not None:
            return list(
                dict.fromkeys(name for names in self._own.values() for name in names)
            )
        kinds = (mandarin.LEVEL, mandarin.OBLIQUE)
        return [f"{group}{kind}" for group in mandarin.GROUPS for kind in kinds]

    def names_of(self, character: str) -> list[str]:
        """The names of a character's rhymes; none: unknown."""
        if self._own is not None:
            return list(self._own.get(character, ()))
        reading = self.readings.get(character)
        if reading is None or not (group := mandarin.group_of(reading)):
            return []
        kind = mandarin.kind_of(reading)
        return [f"{group}{kind}"] if kind else []

    def rhymes(self, character: str) -> int:
        """The rhymes of a character, a bit each; 0: unknown."""
        return sum(self._bit[name] for name in self.names_of(character))

    def tones(self, character: str) -> int:
        """`LEVEL` or `OBLIQUE`; both of a neutral tone; 0: unknown."""
        reading = self.readings.get(character)
        if reading is None:
            return 0
        return _BITS.get(mandarin.kind_of(reading), LEVEL | OBLIQUE)

    def among(self, name: str) -> int:
        """The rhymes of a group, a bit each.

        Args:
            name: of the group; in modern Mandarin `唐`, or with its tones `唐平`.

        Raises:
            InputError: if there is no such group.
        """
        found = [each for each in self._names if name in (each, each[:-1])]
        if self._own is not None:
            found = [name] if name in self._bit else []
        if not found:
            known = self._names if self._own is not None else mandarin.GROUPS
            raise unknown_name("rhyme_group", name, known)
        return sum(self._bit[each] for each in found)

    def shared(self, characters: Sequence[str]) -> str | None:
        """The rhyme that characters share; None: there is none."""
        bits = [self.rhymes(character) for character in characters]
        common = bits[0] if bits else 0
        for each in bits:
            common &= each
        return next((name for name in self._names if self._bit[name] & common), None)


def of_table(path: Path, readings: Mapping[str, str]) -> Sounds:
    """Sounds whose rhymes a table of the user's says.

    Args:
        path: of the table: a character, white space, the name of its group a line; a character may come
            several times.
        readings: for tones.

    Raises:
        InputError: on a line that is none.
    """
    groups: dict[str, list[str]] = {}
    for number, line in read_lines(path):
        parts = line.split()
        if not parts:
            continue
        if len(parts) != 2 or len(parts[0]) != 1:
            raise InputError(
                f"{path}:{number}: expected a character and the name of its group; got {line[:40]!r}"
            )
        groups.setdefault(parts[0], []).append(parts[1])
    if not groups:
        raise InputError(f"{path}: expected characters with their groups; there are none")
    return Sounds(readings, groups)
