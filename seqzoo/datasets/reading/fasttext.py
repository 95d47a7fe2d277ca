"""fastText's training files: `__label__NAME` in front of each text."""

from collections.abc import Iterator

from seqzoo.datasets.reading.encoding import Lines
from seqzoo.datasets.reading.raw import Raw, RawRow
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.reading.source import FASTTEXT as MARK
from seqzoo.datasets.reading.source import Source
from seqzoo.errors import InputError


class FastText(Raw):
    """A file of fastText's; its columns are `label` and `text`.

    Args:
        source: the file.
        asked: what the user said of its form.
    """

    fixed = True

    def __init__(self, source: Source, asked: Form):
        self.name = source.name
        self.lines = Lines(source, asked.encoding)
        self.form = ["fastText's format", str(self.lines.encoding)]
        self.names = ["label", "text"]
        self.remarkable = True
        self._mark = asked.between_labels

    def rows(self) -> Iterator[RawRow]:
        """The rows; see `Raw.rows`."""
        for number, text, error in self.lines:
            where = f"{self.name}:{number}"
            if error is not None:
                yield RawRow(number, where, error)
            elif text.strip():
                yield RawRow(number, where, _fields(text, where, self._mark))


def _fields(line: str, where: str, mark: str | None) -> list[str] | InputError:
    """Label and text; several labels with a mark between, if there is one."""
    labels: list[str] = []
    text = line.lstrip()
    while text.startswith(MARK):
        label, *rest = text.split(maxsplit=1)
        labels.append(label.removeprefix(MARK))
        text = "".join(rest)
    if not labels:
        return InputError(f"{where}: expected {MARK}NAME and a text; got {line[:40]!r}")
    if len(labels) == 1:
        return [labels[0], text]
    if mark is None:
        return InputError(
            f"{where}: expected one label; got {line[:40]!r}: --multi-label '|' reads several"
        )
    if any(mark in label for label in labels):
        return InputError(f"{where}: expected labels without {mark!r}; got {line[:40]!r}")
    return [mark.join(labels), text]
