"""What trained taggers share: sequences of tokens from texts and files."""

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from seqzoo.artifact.folder import Artifact
from seqzoo.datasets.reading.frames import Frame, is_frame
from seqzoo.datasets.reading.measured import tell
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.reading.source import Source
from seqzoo.datasets.sequences.opened import open_tokens
from seqzoo.datasets.tagged import Sequences, Tagged
from seqzoo.decoding.viterbi import Chain
from seqzoo.errors import InputError
from seqzoo.system.files import read_json, read_lines
from seqzoo.tasks import samples
from seqzoo.tasks.arguments import length, one_of
from seqzoo.tasks.familiarity import Familiarity, known_share
from seqzoo.tasks.predictor import Predictor
from seqzoo.tasks.reading import Inputs, Record
from seqzoo.tasks.tagging.chain import chain_of
from seqzoo.tasks.tagging.coder import load_coder
from seqzoo.tasks.tagging.corpora import Opener, read_to_measure
from seqzoo.tasks.tagging.cuts import runs
from seqzoo.tasks.tagging.inference import Tagging
from seqzoo.tasks.tagging.joins import pattern_of
from seqzoo.tasks.tagging.naive import FILE, Commonest
from seqzoo.tasks.tagging.tokens import Tokens
from seqzoo.text import schemes
from seqzoo.text.tokenizer import UNITS

Runs = list[tuple[Sequence[str], Sequence[int]]]  # of a text: tokens, and where each starts


class TextTagger(Predictor):
    """What segmenter and entity tagger share.

    Args:
        folder: an artifact of one of these tasks.

    Attributes:
        model: the `keras.Model`, with its CRF if it has one: ids, int32 (batch, time), and perhaps those of
            pairs -> `tags`, int32 (batch, time), or scores (batch, time, tags).
        tagging: gives sequences of tokens their tags by the model.
        unit: what a token is.
        word: what a word is in raw text, where that is the unit.
        config: every setting of the training.
    """

    BUILDER: ClassVar[str] = "tagger"
    TEXT: ClassVar[dict] = {
        "unit": one_of(UNITS),
        "scheme": one_of(schemes.SCHEMES),
        "max_length": length,
    }

    def __init__(self, folder: Path | Artifact):
        super().__init__(folder)
        text, sizes = self.config["text"], self.arguments
        self.unit = text["unit"]
        self.word = pattern_of(text, str(self.artifact.path("config.json")))
        path = self.artifact.path("tags.txt")
        tags = read_lines(path, sizes["num_tags"])
        schemes.check(tags, text["scheme"], str(path))
        numbers = (sizes["vocab_size"], sizes["bigram_vocab_size"])
        coder = load_coder(self.artifact.path, text, numbers[1] is not None, numbers)
        chain = self._chain(tags) if sizes["crf"] else None
        self.tagging = Tagging(self.network(inner=1), chain, coder, tags, text["scheme"])
        self.tagging.word = self.word
        self.familiarity = Familiarity(text, str(self.artifact.path("config.json")))

    @functools.cached_property
    def commonest(self) -> Commonest | None:
        """The naive answer that its scores stand beside; None: the artifact has none.

        Raises:
            InputError: if its file is refused.
        """
        if FILE not in self.artifact.names:
            return None
        tagging = self.tagging
        return Commonest.load(self.artifact.path(FILE), tagging.names, tagging.scheme)

    def _chain(self, tags: list[str]) -> Callable[[], Chain]:
        """The CRF's scores, which do not change any more."""
        path = self.artifact.path("transitions.json")
        scores = chain_of(read_json(path), tags, self.arguments["scheme"], str(path))
        return lambda: scores

    def encode(self, item: str, where: str) -> Runs:
        """The text's sequences of tokens, and where in the text each token starts."""
        if isinstance(item, Tokens):
            return [(item.tokens, item.starts)] if item.tokens else []
        return runs(item, self.unit, self.word)

    @property
    def labels(self) -> list[str]:
        """The labels of spans."""
        found = (schemes.split(tag)[1] for tag in self.tagging.tags)
        return list(dict.fromkeys(label for label in found if label))

    def open_inputs(self, data: Any, asked: Form | None = None) -> Inputs:
        """The inputs of a file of many: texts, or sequences of tokens as training reads them.

        Raises:
            InputError: if the file is of no known form.
        """
        asked = self.asked() if asked is None else asked
        file = None
        source = Frame(data) if is_frame(data) else data
        if isinstance(source, (Source, Frame)) and not asked.tokens:
            cut = functools.partial(runs, word=self.word)
            file = open_tokens(source, asked, self.unit, cut)
        if file is not None:
            tell(f"{file.name}: {file.found}")
            return Inputs(self._records(file))
        inputs = super().open_inputs(data, asked)
        if not asked.tokens:
            return inputs
        if self.unit != "word":
            raise InputError(
                "--tokens: it is for taggers of words; this one reads characters"
            )
        return inputs._replace(records=map(_as_tokens, inputs.records))

    def _records(self, file: Sequences) -> Iterator[Record]:
        """The sequences of a file as inputs."""
        for place, example in enumerate(file, 1):
            if isinstance(example, InputError):
                yield Record(place, file.name, 0, example)
                continue
            number = example.source.rpartition(":")[2]
            value = "".join(example.tokens)
            if self.unit == "word":
                value = Tokens(example.tokens)
            line = int(number) if number.isdigit() else place
            yield Record(line, example.source, len(value), value)

    def network_rows(
        self, path: Path, asked: Form | None = None
    ) -> Iterator[dict[str, np.ndarray]]:
        """Ids of a file's sequences; see `rows_of`."""
        asked = self.asked() if asked is None else asked
        if asked.tokens:
            raise InputError("--tokens: files with tags have tokens; it plays no part")
        return self.rows_of(read_to_measure(path, asked, self.opener()))

    def opener(self) -> Opener:
        """Opens files as training does."""
        raise NotImplementedError

    def familiar(self, encoded: Runs) -> dict[str, Any]:
        """How familiar a text is, by what `encode` makes of it; see `seqzoo.tasks.familiarity`."""
        none = np.zeros(0, np.int32)
        ids = [self.tagging.coder.ids(tokens) for tokens, _ in encoded]
        return self.familiarity.of(known_share(np.concatenate([none, *ids])))

    def samples(self, count: int, longest: int) -> list[str]:
        """Texts of known tokens in no order, of at most `longest` each."""
        words = samples.words_of(self.tagging.coder.vocabulary)
        return samples.made_texts(words, count, longest, self.unit)

    def rows_of(self, examples: Iterable[Tagged]) -> Iterator[dict[str, np.ndarray]]:
        """Ids, int32 (time,), of tagged sequences by the network's inputs, cut to the longest piece."""
        coder, names = self.tagging.coder, [*self.tagging.network.inputs]
        for example in examples:
            ids = coder.ids(example.tokens[: coder.max_length])
            columns = coder.columns(ids)  # (time, columns)
            yield dict(zip(names, columns.T, strict=True))


def _as_tokens(record: Record) -> Record:
    """An input whose words stand between spaces."""
    if isinstance(record.value, InputError):
        return record
    return record._replace(value=Tokens(record.value.split()))
