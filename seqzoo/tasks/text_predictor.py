"""What trained models share that give one answer for a text."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from seqzoo.artifact import Artifact
from seqzoo.datasets.reading.settings import Form
from seqzoo.errors import InputError
from seqzoo.pipeline.encoded import Row, both_ends
from seqzoo.tasks.arguments import length, one_of, truth
from seqzoo.tasks.familiarity import Familiarity, known_share
from seqzoo.tasks.predictor import Predictor
from seqzoo.tasks.reading import Record
from seqzoo.tasks.samples import made_texts, words_of
from seqzoo.tasks.text_inference import Inference
from seqzoo.tasks.text_rows import rows_of
from seqzoo.text.tokenizer import UNITS, Tokenizer
from seqzoo.text.vocabulary import UNK, Vocabulary


class TextPredictor(Predictor):
    """What trained models share that give one answer for a text.

    Args:
        folder: an artifact.

    Attributes:
        vocabulary, tokenizer, max_length: how texts become ids.
        inference: the model on ids of whole texts.
    """

    INFERENCE: ClassVar[type[Inference]] = Inference
    TEXT: ClassVar[dict] = {"unit": one_of(UNITS), "lowercase": truth, "max_length": length}

    def __init__(self, folder: Path | Artifact):
        super().__init__(folder)
        text = self.config["text"]
        self.tokenizer = Tokenizer(text["unit"], text["lowercase"])
        self.max_length = text["max_length"]
        self.vocabulary = Vocabulary.load(
            self.artifact.path("vocabulary.txt"), self.arguments["vocab_size"]
        )
        self.inference = self.INFERENCE(self.network(inner=1))
        self.familiarity = Familiarity(text, str(self.artifact.path("config.json")))

    def familiar(self, ids: np.ndarray) -> dict[str, Any]:
        """How familiar a text is, by its ids, int32 (time,); see `seqzoo.tasks.familiarity`."""
        return self.familiarity.of(known_share(ids))

    def encode(self, item: str, where: str) -> np.ndarray:
        """Ids of a text, int32 (time,), cut to the length the model was trained with.

        Raises:
            InputError: if it is blank or has no token that the model knows.
        """
        ids = self.vocabulary.ids(self.tokenizer(item))
        if not ids:
            raise InputError(f"{where}: the text is {'blank' if item else 'empty'}")
        if ids.count(UNK) == len(ids):
            raise InputError(
                f"{where}: none of the {len(ids)} tokens is known to the model"
            )
        return both_ends(np.array(ids, np.int32), self.max_length)

    def samples(self, count: int, longest: int) -> list[str]:
        """Texts of known tokens in no order, of at most `longest` each."""
        return made_texts(words_of(self.vocabulary), count, longest, self.tokenizer.unit)

    def network_rows(
        self, path: Path, asked: Form | None = None
    ) -> Iterator[dict[str, np.ndarray]]:
        """Ids, int32 (time,), of a file's texts, by the network's input; answers may stand beside them.

        Raises:
            InputError: if the file can't be read, or a text can't be used.
        """
        from seqzoo.datasets.reading.cells import usable
        from seqzoo.datasets.reading.measured import tell
        from seqzoo.datasets.reading.source import of_path

        data = path if path.is_dir() else of_path(path)
        records = self.open_inputs(data, asked).records
        skip = asked is not None and asked.skip_bad_rows
        for ids in usable(map(self._ids, records), str(path), skip, tell):
            yield {"tokens": ids}

    def _ids(self, record: Record) -> np.ndarray | InputError:
        """Ids of a file's input, or why there are none."""
        if isinstance(record.value, InputError):
            return record.value
        try:
            return self.encode(record.value, record.where)
        except InputError as error:
            return error

    def rows_to_measure(
        self,
        examples: Iterable[Any],
        answer: Callable[[Any], Mapping[str, Any]],
        beside: Callable[[list[str]], Mapping[str, Any]] | None = None,
    ) -> Iterator[Row]:
        """Labelled examples, encoded as the model reads them; see `rows_of`."""
        reading = self.tokenizer, self.vocabulary, self.max_length
        return rows_of(examples, *reading, answer, beside)
