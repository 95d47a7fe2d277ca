"""A trained captioner: pictures in, captions out, whatever their number."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from seqzoo import decoding
from seqzoo.engine import for_groups
from seqzoo.engine.search import StepNetworks
from seqzoo.errors import InputError
from seqzoo.pipeline.encoded import padded
from seqzoo.tasks.captions.text import Text

PICTURE, FEATURES = "picture", "features"
SHORTEST = 1  # tokens of a caption at least: a weak model would say nothing, which is likelier than much
ROWS = 16, 64  # pictures computed together, on the engine and in Keras

Pair = tuple[
    np.ndarray, np.ndarray
]  # a picture, uint8 (size, size, 3); ids of a caption with `</s>`


class Search(NamedTuple):
    """How captions are searched for; see `seqzoo.decoding.beam_search`.

    Attributes:
        beam_size: 1 is greedy.
        length_penalty: see there.
        n_best: captions of each picture.
    """

    beam_size: int = 3
    length_penalty: float = 0.0
    n_best: int = 1

    def about(self) -> str:
        """The search in words."""
        return "greedy" if self.beam_size == 1 else f"beam {self.beam_size}"


class Caption(NamedTuple):
    """One caption.

    Attributes:
        text: plain text.
        ids: of its tokens, `</s>` not among them.
        log_prob: log-probability in nats of the tokens and `</s>`.
        score: `log_prob` with the penalty.
    """

    text: str
    ids: tuple[int, ...]
    log_prob: float
    score: float


def scaled(pictures: Sequence[np.ndarray]) -> np.ndarray:
    """What the network reads of pictures, uint8 (size, size, 3) each: float32 (batch, size, size, 3)."""
    return np.stack(pictures).astype(np.float32) / np.float32(255)


class Captioning:
    """The captions that a trained model gives pictures.

    Args:
        encoder, step: run the captioner's networks, as `seqzoo.engine.search.StepNetworks` takes them.
        text: tokens.
        longest: tokens of a caption at most.
        frozen: pictures -> their features, float32 (batch, positions, features), of a model that reads
            these; None: of one that reads pictures.

    Attributes:
        attends: whether the model has attention.

    Raises:
        InputError: if the networks are no captioner's of these tokens.
    """

    def __init__(
        self,
        encoder: Any,
        step: Any,
        text: Text,
        longest: int,
        frozen: Callable[[Sequence[np.ndarray]], np.ndarray] | None = None,
    ):
        self.networks = StepNetworks(encoder, step)
        self._name = PICTURE if frozen is None else FEATURES
        self._look = frozen or scaled
        if [*encoder.inputs] != [self._name]:
            raise InputError(f"{encoder.where}: expected a captioner's encoder")
        if self.networks.vocabulary != len(text):
            raise InputError(f"{step.where}: expected {len(text):,} tokens")
        self.text, self.longest = text, longest
        self.attends = self.networks.attends

    def given(self, pictures: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
        """What the encoder is given of pictures, by the name of its input."""
        return {self._name: self._look(pictures)}

    def __call__(
        self, pictures: Sequence[np.ndarray], search: Search
    ) -> list[list[Caption]]:
        """The captions of pictures, uint8 (size, size, 3) each, best first."""
        found: list[list[Caption]] = [[] for _ in pictures]

        def caption(rows: list[int]) -> None:
            begun = self.networks.start(self.given([pictures[row] for row in rows]))
            best = self._searched(begun, search)
            for row, *parts in zip(rows, *best, strict=True):
                found[row] = self._captions(decoding.Hypotheses(*parts))

        for_groups(self.networks.network, caption, [1] * len(pictures), *ROWS)
        return found

    def _searched(self, begun: Any, search: Search) -> decoding.Hypotheses:
        rules = decoding.Rules(self.longest, SHORTEST)
        if search.beam_size == 1:
            return decoding.greedy(begun.step, begun.state, rules)
        return decoding.beam_search(
            begun.step,
            begun.state,
            rules,
            beam_size=search.beam_size,
            n_best=search.n_best,
            length_penalty=search.length_penalty,
        )

    def _captions(self, best: decoding.Hypotheses) -> list[Caption]:
        """The captions that one row of hypotheses stands for."""
        captions = []
        for tokens, length, log_prob, score in zip(*best, strict=True):
            if length:  # else there are fewer than n_best
                ids = tuple(int(id) for id in tokens[: length - 1])  # without </s>
                text = self.text.decode(ids)
                captions.append(Caption(text, ids, float(log_prob), float(score)))
        return captions

    def scores(self, pairs: Sequence[Pair]) -> list[tuple[np.ndarray, np.ndarray | None]]:
        """How likely given captions are.

        Args:
            pairs: pictures, and ids of captions with `</s>`.

        Returns:
            For each pair log-probabilities in nats of its ids, float32 (time,), and alignments, float32
            (time, positions); None without attention.
        """
        found: list[tuple[np.ndarray, np.ndarray | None]] = [(np.zeros(0), None)] * len(
            pairs
        )

        def force(rows: list[int]) -> None:
            begun = self.networks.start(self.given([pairs[row][0] for row in rows]))
            targets = padded([pairs[row][1] for row in rows])
            log_probs, looks = decoding.score(begun.step, begun.state, targets)
            for place, row in enumerate(rows):
                time = len(pairs[row][1])
                look = None if looks is None else looks[place, :time]
                found[row] = log_probs[place, :time], look

        lengths = [len(ids) for _, ids in pairs]
        for_groups(self.networks.network, force, lengths, *ROWS)
        return found
