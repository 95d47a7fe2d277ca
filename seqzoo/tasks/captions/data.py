"""Pictures and ids of their captions, in three parts, ready to train on."""

import functools
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from seqzoo.datasets.pictures.picture import Picture
from seqzoo.datasets.pictures.pixels import fitted
from seqzoo.datasets.splits import draw
from seqzoo.datasets.strokes.unseen import split_unseen
from seqzoo.datasets.whole import Read
from seqzoo.errors import InputError
from seqzoo.pipeline.batches import batches, plan
from seqzoo.pipeline.encoded import Encoded
from seqzoo.pipeline.naive import Naive
from seqzoo.pipeline.prepared import PARTS, Prepared, keep, kept, ready
from seqzoo.system.files import write_lines
from seqzoo.tasks.captions import frozen, naive
from seqzoo.tasks.captions import text as texts
from seqzoo.tasks.captions.frozen import Frozen
from seqzoo.tasks.captions.inference import Captioning, Search, scaled
from seqzoo.tasks.captions.moved import moved
from seqzoo.tasks.captions.text import Text
from seqzoo.text.vocabulary import BOS, UNK

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

TOKENS, NUMBER = "tokens", "picture"  # columns: ids with `</s>`, and which picture
ROOM = 1.5  # captions may have so many times the tokens of the longest one of the training
LEAST = 3  # pictures to train on


class Batch(NamedTuple):
    """A training batch in a plan: numbers of captions, the share of the training done, a seed."""

    rows: np.ndarray
    done: float
    draw: tuple[int, ...]


class Pictures(Prepared):
    """Three parts of pictures with captions.

    Args:
        folder: where `prepare` put them.
        batch_size, seed, epochs: of the training batches.

    Attributes:
        encoded: part -> its captions.
        pixels: part -> its pictures, uint8 (pictures, size, size, 3), on disk.
        text: tokens.
        search: how the test is searched.
        frozen: whether a frozen encoder sees the pictures.
        seen: part -> what the network is given of its pictures: `pixels`, or features of a frozen encoder,
            float32 (pictures, positions, features), on disk.
        shift: see `Settings`.
    """

    counted = "pictures"

    def __init__(self, folder: Path, batch_size: int, seed: int, epochs: int):
        super().__init__(folder)
        self.batch_size, self.seed, self.epochs = batch_size, seed, epochs
        self.shift = 0.0
        about = self.text_settings()
        self.size: int = about["image_size"]
        self.text = texts.load(folder / texts.FILE, about)
        self.search = Search(**about["search"])
        self.encoded = {part: Encoded(folder / part) for part in PARTS}
        self.pixels = {part: np.load(_file(folder, part), mmap_mode="r") for part in PARTS}
        self.frozen = (folder / frozen.ABOUT).exists()
        self.seen = self.pixels
        if self.frozen:
            paths = {part: frozen.kept(folder, part) for part in PARTS}
            self.seen = {part: np.load(path, mmap_mode="r") for part, path in paths.items()}

    @classmethod
    def prepare(
        cls,
        folder: Path,
        read: Read,
        *,
        validation: float,
        test: float,
        unit: str,
        lowercase: bool,
        minimum_count: int,
        image_size: int,
        beam_size: int,
        length_penalty: float,
        batch_size: int,
        seed: int,
        epochs: int,
        encoder: Callable[[], Frozen] | None = None,
    ) -> "Pictures":
        """Split, fit and write pictures, or take what is there.

        Args:
            folder: of the prepared data.
            read: the pictures.
            validation, test: shares to hold out, where there is no such part: of pictures whose parts are
                known those whose parts were all seen, else any.
            unit, lowercase, minimum_count: see `Text.of`.
            image_size: height and width.
            beam_size, length_penalty: of the search.
            batch_size, seed, epochs: of the training batches; the seed holds out, too.
            encoder: makes a frozen encoder; None: the network sees the pictures itself.

        Raises:
            InputError: on too few pictures, or one that cannot be read.
        """

        def write(partial: Path) -> dict[str, Any]:
            parts, told = _parts(read, validation, test, seed)
            captions = [caption for each in parts["train"] for caption in each.captions]
            text = Text.of(captions, unit, lowercase, minimum_count)
            text.vocabulary.save(partial / texts.FILE)
            sizes = {
                part: _write(partial, part, parts[part], text, image_size) for part in PARTS
            }
            if encoder is not None:
                told += f"; {_seen(partial, encoder())}"
            longest = max(len(text.encode(caption)) for caption in captions)
            about = {
                "unit": text.unit,
                "lowercase": lowercase,
                "image_size": image_size,
                "longest": round(ROOM * longest) + 5,
                "search": {"beam_size": beam_size, "length_penalty": length_penalty},
            }
            return {
                "description": f"{read.description}{told}",
                "text": about,
                "sizes": sizes | {"tokens": len(text)},
            }

        return cls(ready(folder, write), batch_size, seed, epochs)

    def plan(self, epoch: int) -> list[Batch]:
        """The training batches of an epoch, captions of like length together."""
        lengths = self.encoded["train"].lengths
        planned = plan(lengths, self.batch_size, self.seed, epoch)
        count = len(planned)
        return [
            Batch(rows, (epoch + number / count) / self.epochs, (self.seed, epoch, number))
            for number, rows in enumerate(planned)
        ]

    def shard(self, planned: list, index: int, count: int) -> tuple[list, list[bool]]:
        """One worker's part of a plan; see `Prepared.shard`."""
        rows, real = super().shard([each.rows for each in planned], index, count)
        made = [
            each._replace(rows=some, draw=(*each.draw, index))
            for each, some in zip(planned, rows, strict=True)
        ]
        return made, real

    def batches(self, planned: list[Batch]) -> "tf.data.Dataset":
        """Batches of pictures, ids and targets; see `arrays`."""
        return batches(
            lambda: (self.arrays(each) for each in planned),
            ((None, *self.seen["train"].shape[1:]), "float32"),
            ((None, None), "int32"),
            ((None, None), "int32"),
            ((), "float32"),
        )

    def arrays(self, batch: Batch) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """A training batch, its pictures moved by chance.

        Returns:
            pictures float32 (batch, size, size, 3), or their features (batch, positions, features); ids from
            `<s>` on, and ids with `</s>`, int32 (batch, time) both, 0 on the right; the share of the training
            done, float32 ().
        """
        found = self.encoded["train"].rows(batch.rows, 1)
        following = found[TOKENS]
        first = np.full((len(following), 1), BOS, np.int32)
        given = np.concatenate([first, following[:, :-1]], axis=1)
        # `</s>` is given to nobody: behind it is padding.
        given[:, 1:][following[:, 1:] == 0] = 0
        done = np.array(batch.done, np.float32)
        if self.frozen:
            return self.seen["train"][found[NUMBER]], given, following, done
        random = np.random.default_rng(batch.draw)
        pictures = [
            moved(self.pixels["train"][number], self.shift, random)
            for number in found[NUMBER]
        ]
        return scaled(pictures), given, following, done

    def references(self, part: str) -> list[list[str]]:
        """The captions of a part's pictures, as they came."""
        return list(kept(self.folder, part))

    def infer(self, model: "keras.Model") -> Captioning:
        """A model of this data, ready to answer."""
        from seqzoo import models
        from seqzoo.training.running import KerasNetwork

        networks = models.parts(model)
        encoder, step = (KerasNetwork(networks[name]) for name in ("encoder", "step"))
        longest = self.text_settings()["longest"]
        given = frozen.stacked if self.frozen else None
        return Captioning(encoder, step, self.text, longest, given)

    @functools.cached_property
    def constant(self) -> str:
        """The most frequent caption of the training part."""
        every = (caption for said in self.references("train") for caption in said)
        return naive.most_frequent(self.text.normal(each) for each in every)

    def naive_answers(self, part: str) -> list[Naive]:
        """What the most frequent caption scores on a part."""
        return naive.answers(self.references(part), self.constant, self.text)

    def save(self, folder: Path, model: "keras.Model") -> None:
        """Write tokens and the naive answer beside the networks."""
        self.text.vocabulary.save(folder / texts.FILE)
        write_lines(folder / naive.FILE, [self.constant])
        if self.frozen:
            for name in (frozen.ABOUT, frozen.WEIGHTS):
                shutil.copyfile(self.folder / name, folder / name)


def _seen(folder: Path, encoder: Frozen) -> str:
    """Keep the features of all parts; what saw them, in words."""
    found = encoder.save(folder)
    for part in PARTS:
        frozen.keep(folder, part, encoder, np.load(_file(folder, part), mmap_mode="r"))
    return f"seen by {encoder.name}, frozen, weights {found[:12]}"


def _file(folder: Path, part: str) -> Path:
    return folder / f"{part}.npy"


def _parts(
    read: Read, validation: float, test: float, seed: int
) -> tuple[dict[str, list[Picture]], str]:
    """All three parts, and what the description says of them."""
    parts = {part: list(pictures) for part, pictures in read.parts.items() if pictures}
    every = parts.get("train", [])
    if len(every) < LEAST:
        raise InputError(
            f"{read.description}: expected {LEAST} pictures to train on, or more"
        )
    if list(parts) == ["train"] and all(each.name and each.text for each in every):
        # Pictures have names and parts, as drawings have.
        unseen: Sequence[Any] = every
        split = split_unseen(unseen, validation, test, seed)
        return {name: list(each) for name, each in split._asdict().items()}, (
            "; validation and test: combinations never seen, their parts seen"
        )
    shares = {"test": test, "validation": validation}
    for part in (part for part in shares if part not in parts):
        order = sorted(parts["train"], key=lambda each: draw(each.where, seed, part))
        count = max(1, round(shares[part] * len(every)))
        parts[part], parts["train"] = order[:count], order[count:]
    if not parts["train"]:
        raise InputError(f"{read.description}: no picture is left to train on")
    return parts, ""


def _write(
    folder: Path, part: str, pictures: Sequence[Picture], text: Text, size: int
) -> int:
    """Write a part: its pictures, their captions as they came, and ids. Returns its pictures' number."""
    count = keep(folder, part, (list(each.captions) for each in pictures))
    shape = (count, size, size, 3)
    pixels = np.lib.format.open_memmap(_file(folder, part), "w+", np.uint8, shape)
    for place, each in enumerate(pictures):
        pixels[place] = fitted(each.read(), size)
    pixels.flush()
    Encoded.write(folder / part, _rows(pictures, text), TOKENS)
    if part != "train":
        _tell_unknown(part, pictures, text)
    return count


def _rows(pictures: Sequence[Picture], text: Text) -> Iterator[dict[str, Any]]:
    """Ids of each caption, and the number of its picture."""
    for number, each in enumerate(pictures):
        for caption in each.captions:
            yield {TOKENS: text.encode(caption), NUMBER: np.int64(number)}


def _tell_unknown(part: str, pictures: Sequence[Picture], text: Text) -> None:
    """Say how many tokens of a part no training caption has."""
    ids = np.concatenate([text.encode(c) for each in pictures for c in each.captions])
    if unknown := int((ids == UNK).sum()):
        told = f"{unknown:,} of {len(ids):,} {part} tokens are in no training caption"
        print(told, flush=True)
