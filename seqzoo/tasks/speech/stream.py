"""The words of a sound while it comes in."""

from typing import TYPE_CHECKING, Any

import numpy as np

from seqzoo.datasets.audio.front_end import FrontEndStream
from seqzoo.decoding.ctc import greedy, log_softmax, text, words
from seqzoo.errors import InputError
from seqzoo.tasks.speech.inference import FRAMES, LENGTHS, LOGITS

if TYPE_CHECKING:
    from seqzoo.tasks.speech.predictor import Recognizer


class Stream:
    """Takes samples in pieces of any length and gives the words so far, those that the whole sound has.

    It remembers the states of the network, the frames of a step that is not complete, and the likeliest
    symbol of each step before.

    Args:
        predictor: a recognizer of a single direction.

    Raises:
        InputError: if the network reads from both ends, or frames are normalized by the whole utterance.
    """

    def __init__(self, predictor: "Recognizer"):
        if not predictor.inference.states:
            raise InputError(
                f"{predictor.artifact.name}: expected a network of a single direction, trained with "
                "--no-bidirectional; this one reads from both ends"
            )
        try:
            self._front_end = FrontEndStream(predictor.front_end)
        except ValueError as error:
            raise InputError(f"{predictor.artifact.name}: {error}") from error
        self.predictor = predictor
        self._states = predictor.inference.first_states(1)
        self._waiting = np.zeros((0, predictor.front_end.size), np.float32)
        self._steps = [np.zeros((0, len(predictor.symbols)), np.float32)]

    def feed(self, samples: np.ndarray) -> dict[str, Any]:
        """Take the next samples.

        Args:
            samples: float (samples,) from -1 to 1, at `predictor.front_end.rate`.

        Returns:
            `transcript` and `words` so far, as `Recognizer.predict` gives them; the last word may yet change.

        Raises:
            InputError: on samples of another form, or behind the end.
        """
        self._read(self._frames(samples), last=False)
        return self._answer()

    def finish(self) -> dict[str, Any]:
        """The answer to the whole sound; the stream takes no more.

        Raises:
            InputError: if it has ended before.
        """
        self._read(self._frames(None), last=True)
        return self._answer()

    def _frames(self, samples: np.ndarray | None) -> np.ndarray:
        """The frames that samples complete; of None those at the end."""
        try:
            if samples is None:
                return self._front_end.finish()
            return self._front_end.feed(np.asarray(samples))
        except ValueError as error:
            raise InputError(f"feed(): {error}") from error

    def _read(self, frames: np.ndarray, last: bool) -> None:
        """Let the network read whole steps; at the end what is left, too."""
        frames = np.concatenate([self._waiting, frames])
        stack = self.predictor.stack
        count = len(frames) if last else len(frames) // stack * stack
        self._waiting = frames[count:]
        if not count:
            return
        given = {
            FRAMES: frames[None, :count],  # (time, features) -> (1, time, features)
            LENGTHS: np.array([count], np.int32),
            **self._states,
        }
        outputs = self.predictor.inference.network.run(given)
        self._states = {name: outputs[f"next_{name}"] for name in self._states}
        self._steps.append(log_softmax(outputs[LOGITS][0]))

    def _answer(self) -> dict[str, Any]:
        self._steps = [np.concatenate(self._steps)]
        labels = greedy(self._steps[0])
        signs = self.predictor.symbols
        return {
            "transcript": text(labels, signs),
            "words": words(labels, signs, self.predictor.seconds),
        }
