"""Labelled series, scaled, in three parts, ready to train on."""

import functools
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seqzoo.datasets import stratified
from seqzoo.datasets.series import Scaler, Series, repeated, tell_constant
from seqzoo.errors import InputError, unknown_name
from seqzoo.pipeline.batches import batches, plan
from seqzoo.pipeline.encoded import Encoded
from seqzoo.pipeline.naive import Naive
from seqzoo.pipeline.prepared import ABOUT, PARTS, Prepared, ready
from seqzoo.system.files import read_lines, write_json, write_lines
from seqzoo.tasks.series.classification import defaults, naive
from seqzoo.tasks.series.classification.corpora import Read
from seqzoo.tasks.series.classification.form import SeriesForm
from seqzoo.tasks.series.classification.inference import Inference

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

VALUES, LABEL, STATIC = "values", "label", "static"  # columns
SCALER, LABELS = "scaler.json", "labels.txt"
FOLD = "fold-"  # begins the name of the folder of each fold


class LabelledSeries(Prepared):
    """Three parts of scaled series with their classes.

    Args:
        folder: where `prepare` put them.
        batch_size, seed: of the training batches.

    Attributes:
        labels: names of the classes.
        scaler: fitted on the training part.
        static: how many numbers of a whole series the network reads.
        encoded: part -> its rows; a fold has no test part.
    """

    counted = "series"

    def __init__(self, folder: Path, batch_size: int, seed: int):
        super().__init__(folder)
        self.batch_size, self.seed = batch_size, seed
        self.labels = read_lines(folder / LABELS)
        self.scaler = Scaler.from_json((folder / SCALER).read_text("utf-8"))
        self.static = len(SeriesForm.of(self.text_settings()).static)
        parts = [part for part in PARTS if (folder / part).is_dir()]
        self.encoded = {part: Encoded(folder / part) for part in parts}

    @classmethod
    def prepare(
        cls,
        folder: Path,
        read: Read,
        *,
        validation: float,
        folds: int,
        test: float,
        scaling: str,
        missing: str,
        label: str | None,
        series_id: str | None,
        time: str | None,
        time_format: str | None,
        batch_size: int,
        seed: int,
    ) -> "LabelledSeries":
        """Split, scale and write series, or take what is there.

        Args:
            folder: of the prepared data.
            read: the series.
            validation, test: shares to hold out, of each class, where there is no such part. Without a
                share for validation it is the training part again.
            folds: of the training part, for cross-validation; then nothing is held out for validation.
            scaling: see `Scaler`.
            missing: see `SeriesForm`.
            label, series_id, time, time_format: of tables, for the predictor.
            batch_size, seed: of the training batches; the seed holds out, too.

        Raises:
            InputError: on series that do not fit together, too few, or of a single class.
        """

        def write(partial: Path) -> dict[str, Any]:
            parts, told = _parts(read, 0 if folds else validation, folds, test, seed)
            train = parts["train"]
            tell_constant(train)
            form = SeriesForm(
                train[0].names,
                missing,
                label,
                series_id,
                time,
                time_format,
                train[0].static_names,
            )
            labels = sorted({str(each.label) for each in train})
            description = f"{read.description}{told}"
            for place in range(folds):
                own = partial / f"{FOLD}{place + 1}"
                held = _fold(train, labels, place, folds, seed)
                write_json(
                    own / ABOUT, _write(own, held, labels, description, form, scaling)
                )
            return _write(partial, parts, labels, description, form, scaling)

        return cls(ready(folder, write), batch_size, seed)

    def folds(self) -> list[Prepared]:
        """The folds that the settings ask for; each is scaled by the series that it trains on."""
        count = len(list(self.folder.glob(f"{FOLD}*")))
        folders = [self.folder / f"{FOLD}{place + 1}" for place in range(count)]
        return [LabelledSeries(each, self.batch_size, self.seed) for each in folders]

    def by_size(self, config: Any) -> dict[str, Any]:
        """How long to train; see `defaults.by_size`."""
        return defaults.by_size(len(self.plan(0)), config.epochs)

    def plan(self, epoch: int) -> list[np.ndarray]:
        """Numbers of the series of each training batch, those of like length together."""
        return plan(self.encoded["train"].lengths, self.batch_size, self.seed, epoch)

    def batches(self, planned: list[np.ndarray]) -> "tf.data.Dataset":
        """Batches of values, lengths, static numbers and classes; see `arrays`."""
        channels = len(self.scaler.names)
        return batches(
            lambda: (self.arrays(rows) for rows in planned),
            ((None, None, channels), "float32"),
            ((None,), "int32"),
            ((None, self.static), "float32"),
            ((None,), "int32"),
        )

    def arrays(self, rows: np.ndarray) -> tuple[np.ndarray, ...]:
        """Training series by their numbers.

        Args:
            rows: int (series,).

        Returns:
            `values` float32 (series, time, channels), zeros on the right, `lengths` int32 (series,), `static`
            float32 (series, static) and classes int32 (series,).
        """
        train = self.encoded["train"]
        found = train.rows(rows, 1)
        static = self.static_of("train")[rows]
        return found[VALUES], train.lengths[rows], static, found[LABEL]

    def static_of(self, part: str) -> np.ndarray:
        """The static numbers of a part's series, scaled, float32 (series, static)."""
        encoded = self.encoded[part]
        if not self.static:
            return np.empty((len(encoded), 0), np.float32)
        return np.concatenate([own for own, _ in encoded.spans(STATIC, 2**16)]).reshape(
            -1, self.static
        )

    def series(self, part: str) -> list[np.ndarray]:
        """The series of a part, float32 (time, channels) each."""
        return list(self.encoded[part].each(VALUES))

    def gold(self, part: str) -> np.ndarray:
        """The classes of a part's series, int32 (series,)."""
        return self.encoded[part].numbers(LABEL)

    def infer(self, model: "keras.Model") -> Inference:
        """A model of this data, ready to answer."""
        from seqzoo.training.running import KerasNetwork

        return Inference(KerasNetwork(model))

    @functools.cached_property
    def nearest(self) -> naive.Nearest:
        """The naive model of this data, to compare with; fitted at first use."""
        return naive.Nearest.fit(self.series("train"), self.gold("train"))

    def naive_answers(self, part: str) -> list[Naive]:
        """What the most frequent class and the nearest training series score on a part."""
        return naive.answers(self.series(part), self.gold(part), self.labels, self.nearest)

    def save(self, folder: Path, model: "keras.Model") -> None:
        """Write classes, scaler and the nearest series beside the network."""
        write_lines(folder / LABELS, self.labels)
        (folder / SCALER).write_text(self.scaler.to_json(), "utf-8")
        self.nearest.save(folder / naive.FILE)


def classes_of(series: Sequence[Series], labels: Sequence[str]) -> np.ndarray:
    """The classes of labelled series, int32 (series,).

    Raises:
        InputError: on a label that is none of `labels`.
    """
    places = {label: place for place, label in enumerate(labels)}
    for each in series:
        if each.label not in places:
            raise unknown_name(f"{each.where}: label", str(each.label), labels)
    return np.array([places[str(each.label)] for each in series], np.int32)


def _parts(
    read: Read, validation: float, folds: int, test: float, seed: int
) -> tuple[dict[str, list[Series]], str]:
    """All three parts, and what the description says of them."""
    parts = {part: series for part, series in read.parts.items() if series}
    if "train" not in parts:
        raise InputError(f"{read.description}: expected training series; there are none")
    _check_folds(folds, parts)
    train, shares = parts["train"], {"test": test, "validation": validation}
    shares = {n: share for n, share in shares.items() if n not in parts and share}
    keys = np.array([_key(each) for each in train], np.uint64)
    names = sorted({str(each.label) for each in train})
    if len(names) < 2:
        raise InputError(
            f"{train[-1].where}: end of the training series, all of the one class {names[0]!r}; expected two"
        )
    if shares:
        try:
            held = stratified.cut(keys, classes_of(train, names), shares, seed)
        except InputError as error:
            raise InputError(f"{read.description}: {error}") from None
        for part, own in held.items():
            parts[part] = [
                each for each, key in zip(train, keys, strict=True) if key in own
            ]
        every = np.concatenate(list(held.values()))
        parts["train"] = [
            each for each, key in zip(train, keys, strict=True) if key not in every
        ]
    if count := repeated(parts["train"], parts["test"]):
        print(f"{count:,} series of the test part stand in the training, too", flush=True)
    if "validation" in parts:
        return parts, ""
    if folds:
        told = f"; {folds} folds of the training part choose the epochs, its validation figures are of itself"
        return parts | {"validation": parts["train"]}, told
    print("--validation 0: the epoch is chosen by the training part itself", flush=True)
    return parts | {"validation": parts["train"]}, "; no validation part"


def _check_folds(folds: int, parts: dict[str, list[Series]]) -> None:
    """Refuse folds that are none, or that would choose beside a validation part."""
    if folds == 1:
        raise InputError("--folds 1: expected 2 at least, or 0 for none")
    if folds and "validation" in parts:
        raise InputError(
            f"--folds {folds}: the data come with a validation part, which chooses the epoch; expected 0"
        )


def _fold(
    train: list[Series], labels: list[str], place: int, count: int, seed: int
) -> dict[str, list[Series]]:
    """The two parts of a fold, its number from 0."""
    keys = np.array([_key(each) for each in train], np.uint64)
    fold = stratified.folds(keys, classes_of(train, labels), count, seed)
    held = [each for each, own in zip(train, fold, strict=True) if own == place]
    rest = [each for each, own in zip(train, fold, strict=True) if own != place]
    return {"train": rest, "validation": held}


def _key(series: Series) -> int:
    """Eight bytes of the hash of a series' values."""
    content = np.ascontiguousarray(series.values).tobytes()
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "little")


def _write(
    folder: Path,
    parts: dict[str, list[Series]],
    labels: list[str],
    description: str,
    form: SeriesForm,
    scaling: str,
) -> dict[str, Any]:
    """Write parts, scaler and classes; returns what `ready` asks for."""
    scaler, form = Scaler.fit(parts["train"], scaling), form.with_static(parts["train"])
    folder.mkdir(exist_ok=True)
    write_lines(folder / LABELS, labels)
    (folder / SCALER).write_text(scaler.to_json(), "utf-8")

    def rows(series: Sequence[Series]) -> Iterator[dict[str, Any]]:
        classes = classes_of(series, labels)
        for each, number in zip(series, classes, strict=True):
            static = {STATIC: form.static_of(each)} if form.static else {}
            yield {VALUES: form.values(each, scaler), LABEL: number, **static}

    sizes = {
        part: len(Encoded.write(folder / part, rows(parts[part]), VALUES))
        for part in PARTS
        if part in parts
    }
    text = {n: list(v) if isinstance(v, tuple) else v for n, v in vars(form).items()}
    return {
        "description": description,
        "text": text,
        "sizes": sizes | {"classes": len(labels), "channels": len(form.channels)},
    }
