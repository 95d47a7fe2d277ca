"""Use a trained tagger on raw text: words, or entities with their places in the text."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from seqzoo.artifact.folder import Artifact
from seqzoo.datasets.reading.measured import tell
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.reading.source import Source
from seqzoo.datasets.sequences.opened import open_tokens, open_words
from seqzoo.datasets.tagged import Sequences, Tagged
from seqzoo.decoding.viterbi import Chain
from seqzoo.errors import InputError
from seqzoo.system.files import read_json, read_lines
from seqzoo.tasks.arguments import length, one_of
from seqzoo.tasks.options import Options
from seqzoo.tasks.predictor import Predictor
from seqzoo.tasks.reading import Inputs, Record
from seqzoo.tasks.samples import made_texts, words_of
from seqzoo.tasks.tagging.chain import chain_of
from seqzoo.tasks.tagging.coder import load_coder
from seqzoo.tasks.tagging.corpora import Entities, Opener, read_to_measure
from seqzoo.tasks.tagging.cuts import runs
from seqzoo.tasks.tagging.inference import Tagging
from seqzoo.tasks.tagging.tokens import Tokens, of_list
from seqzoo.tasks.tagging.words import cut, joined
from seqzoo.text import schemes
from seqzoo.text.tokenizer import UNITS

Runs = list[tuple[Sequence[str], Sequence[int]]]  # of a text: tokens, and where each starts
# These, and the tags as places in `Tagging.names`, int32 (time,).
Marked = list[tuple[Sequence[str], Sequence[int], np.ndarray]]


class TextTagger(Predictor):
    """What segmenter and entity tagger share.

    Args:
        folder: an artifact of one of these tasks.

    Attributes:
        model: the `keras.Model`, with its CRF if it has one: ids, int32 (batch, time), and perhaps those of
            pairs -> `tags`, int32 (batch, time), or scores (batch, time, tags).
        tagging: gives sequences of tokens their tags by the model.
        unit: what a token is.
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
        path = self.artifact.path("tags.txt")
        tags = read_lines(path, sizes["num_tags"])
        schemes.check(tags, text["scheme"], str(path))
        numbers = (sizes["vocab_size"], sizes["bigram_vocab_size"])
        coder = load_coder(self.artifact.path, text, numbers[1] is not None, numbers)
        chain = self._chain(tags) if sizes["crf"] else None
        self.tagging = Tagging(self.network(inner=1), chain, coder, tags, text["scheme"])

    def _chain(self, tags: list[str]) -> Callable[[], Chain]:
        """The CRF's scores, which do not change any more."""
        path = self.artifact.path("transitions.json")
        scores = chain_of(read_json(path), tags, self.arguments["scheme"], str(path))
        return lambda: scores

    def encode(self, item: str, where: str) -> Runs:
        """The text's sequences of tokens, and where in the text each token starts."""
        if isinstance(item, Tokens):
            return [(item.tokens, item.starts)] if item.tokens else []
        return runs(item, self.unit)

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
        if isinstance(data, Source) and not asked.tokens:
            file = open_tokens(data, asked, self.unit, runs)
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

    def tagged(self, encoded: Sequence[Runs]) -> Iterator[Marked]:
        """For each text its sequences' tokens, starts and tags."""
        tags = iter(
            self.tagging.numbers([tokens for item in encoded for tokens, _ in item])
        )
        for item in encoded:
            yield [(tokens, starts, next(tags)) for tokens, starts in item]

    def samples(self, count: int, longest: int) -> list[str]:
        """Texts of known tokens in no order, of at most `longest` each."""
        words = words_of(self.tagging.coder.vocabulary)
        return made_texts(words, count, longest, self.unit)

    def rows_of(self, examples: Iterable[Tagged]) -> Iterator[dict[str, np.ndarray]]:
        """Ids, int32 (time,), of tagged sequences by the network's inputs, cut to the longest piece."""
        coder, names = self.tagging.coder, [*self.tagging.network.inputs]
        for example in examples:
            ids = coder.ids(example.tokens[: coder.max_length])
            columns = coder.columns(ids)  # (time, columns)
            yield dict(zip(names, columns.T, strict=True))


class Segmenter(TextTagger):
    """A word segmenter; answers have `text` and `words`, which joined are the text.

    White space is a word of its own; Latin words and numbers are never cut.
    """

    def __init__(self, folder: Path | Artifact):
        super().__init__(folder)
        self._begins = np.isin(self.tagging.names, ("B", "S"))

    def answers(
        self, items: Sequence[tuple[str, Runs]], options: Options
    ) -> list[dict[str, Any]]:
        """The words of texts, given with what `encode` makes of them."""
        texts = [text for text, _ in items]
        marked = self.tagged([encoded for _, encoded in items])
        places = [
            [(starts, self._begins[tags]) for _, starts, tags in sequences]
            for sequences in marked
        ]
        words = cut(texts, places)
        return [
            {"text": text, "words": each} for text, each in zip(texts, words, strict=True)
        ]

    def opener(self) -> Opener:
        """Opens files as training does."""
        return open_words

    def to_plain(self, answer: dict[str, Any]) -> str:
        """The words with a space between; white space of the text stands as it is, none beside it."""
        return joined(answer["words"])


class EntityTagger(TextTagger):
    """An entity tagger; answers have `text` and `entities`: `start`, `end`, `label`, `text` of each.

    Of a list of ready tokens they have `tokens` and `tags`, too; the text is the tokens with spaces between.

    Places count characters (Unicode code points) of the text from 0, ends exclusive.
    """

    def answers(
        self, items: Sequence[tuple[str, Runs]], options: Options
    ) -> list[dict[str, Any]]:
        """The entities of texts, given with what `encode` makes of them."""
        tagged = self.tagged([encoded for _, encoded in items])
        names = self.tagging.names
        answers = []
        for (text, _), marked in zip(items, tagged, strict=True):
            answer: dict[str, Any] = {"text": str(text)}
            if isinstance(text, Tokens):
                tags = [names[tag] for *_, of_run in marked for tag in of_run.tolist()]
                answer |= {"tokens": list(text.tokens), "tags": tags}
            answers.append(answer | {"entities": list(_entities(text, marked, names))})
        return answers

    def opener(self) -> Opener:
        """Opens files as training does."""
        return Entities(self.unit)

    def predict(self, items: Iterable[Any], **given: Any) -> list[dict[str, Any]]:
        """Answer texts, and lists of ready tokens; see `Predictor.predict`."""
        if isinstance(items, (list, tuple)):
            items = [self._given(item, f"texts[{n}]") for n, item in enumerate(items)]
        return super().predict(items, **given)

    def from_json(self, value: Any, where: str) -> Any:
        """A text, or a list of ready tokens, that came as JSON.

        Raises:
            InputError: if it is neither; `where` begins the message.
        """
        return super().from_json(self._given(value, where), where)

    def _given(self, item: Any, where: str) -> Any:
        """Ready tokens of a list, where tokens are words."""
        if isinstance(item, (list, tuple)) and self.unit == "word":
            return of_list(item, where)
        return item

    def to_plain(self, answer: dict[str, Any]) -> str:
        """`text/label` of each entity, tabs between."""
        return "\t".join(
            f"{entity['text']}/{entity['label']}" for entity in answer["entities"]
        )


def _as_tokens(record: Record) -> Record:
    """An input whose words stand between spaces."""
    if isinstance(record.value, InputError):
        return record
    return record._replace(value=Tokens(record.value.split()))


def _entities(text: str, marked: Marked, names: list[str]) -> Iterator[dict[str, Any]]:
    """The entities of a text, in its order."""
    outside = names.index(schemes.OUTSIDE)
    for tokens, starts, tags in marked:
        places = np.flatnonzero(tags != outside).tolist()
        if not places:
            continue
        begin = places[0]
        named = [names[tag] for tag in tags[begin : places[-1] + 1].tolist()]
        for first, stop, label in schemes.tags_to_spans(named):
            last = begin + stop - 1
            start, end = starts[begin + first], starts[last] + len(tokens[last])
            yield {"start": start, "end": end, "label": label, "text": text[start:end]}
