"""What the prepared data of every task share: made once in a folder, checked when found there."""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from seqzoo.errors import InputError
from seqzoo.pipeline.batches import shard
from seqzoo.pipeline.naive import NETWORK, Naive
from seqzoo.system.files import check_prepared, preparing, read_json, write_json

PARTS = ("train", "validation", "test")
ABOUT = "about.json"


class Prepared:
    """Data ready to train on, on disk in a folder. A task's `data.py` has one.

    The training loop asks for `plan`, `batches`, `shard` and `sizes`; the artifact for `description`,
    `text_settings` and `save`; evaluation for `settle`, `inference` and `naive_answers`.

    Args:
        folder: where `ready` had them written.

    Attributes:
        folder: that.
        description: the corpus, in a line.
        counted: what the size of a part counts.
        answerer: who answers once all is fitted; begins a sentence.
    """

    answerer = NETWORK
    counted = "texts"

    def __init__(self, folder: Path):
        self.folder = folder
        about = read_json(folder / ABOUT)
        self.description: str = about["description"]
        self._text: dict = about["text"]
        self._sizes: dict[str, int] = about["sizes"]
        self._inference: tuple = (None, None)

    def plan(self, epoch: int) -> list:
        """What `batches` makes a training batch of, for each of an epoch's, from 0."""
        raise NotImplementedError

    def batches(self, planned: list) -> Any:
        """A `tf.data.Dataset` of the training batches that a plan, or a part of one, names."""
        raise NotImplementedError

    def shard(self, planned: list, index: int, count: int) -> tuple[list, list[bool]]:
        """One worker's part of a plan, and for each batch whether there was a row for that worker."""
        return [shard(rows, index, count) for rows in planned], [
            index < len(rows) for rows in planned
        ]

    def sizes(self) -> dict[str, int]:
        """Examples of each part, and whatever else the user should see the size of."""
        return self._sizes

    def text_settings(self) -> dict:
        """How inputs become ids, for `config.json`."""
        return self._text

    def folds(self) -> list["Prepared"]:
        """Parts of the training part for `seqzoo.training.folds`, each with `train` and `validation` alone.

        None, unless the settings ask for them; data of a recipe with pretraining have none.
        """
        return []

    def by_size(self, config: Any) -> dict[str, Any]:
        """Settings that suit the size of the training part, for those that `config` leaves to it.

        None, if the task has no such settings; see `seqzoo.training.by_size`.
        """
        return {}

    def save(self, folder: Path, model: Any) -> None:
        """Write what the artifact has beside the networks."""
        raise NotImplementedError

    def settle(self, model: Any) -> None:
        """Fit what answers beside the trained network, before all is measured; mostly there is nothing."""

    def naive_answers(self, part: str) -> list[Naive]:
        """What naive answers score on `validation` or `test`; none, if the task has no such answers."""
        return []

    def infer(self, model: Any) -> Any:
        """A model of this data, ready to answer encoded items: what `inference` keeps."""
        raise NotImplementedError

    def inference(self, model: Any) -> Any:
        """`infer` of a model; compiled once, however often the same model is evaluated."""
        if self._inference[0] is not model:
            self._inference = model, self.infer(model)
        return self._inference[1]


def ready(folder: Path, write: Callable[[Path], dict]) -> Path:
    """The folder of prepared data: as it is, its files checked by their hashes, or written now, whole.

    Args:
        folder: where they are or shall be.
        write: writes the files into a folder; returns `description`, `text` and `sizes`.

    Raises:
        InputError: if a file is damaged, or `write` raises it.
    """
    if folder.exists():
        check_prepared(folder)
    else:
        with preparing(folder) as partial:
            write_json(partial / ABOUT, write(partial))
    return folder


def keep(folder: Path, part: str, records: Iterable) -> int:
    """Keep the examples of a part as JSON lines, since a corpus may change while we train.

    Returns:
        How many there are.

    Raises:
        InputError: if there is none.
    """
    count = 0
    with open(folder / f"{part}.jsonl", "w", encoding="utf-8") as file:
        for record in records:
            count += 1
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    if not count:
        raise InputError(f"{part}: expected examples; the split is empty")
    return count


def kept(folder: Path, part: str) -> Iterator:
    """What `keep` was given."""
    with open(folder / f"{part}.jsonl", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
