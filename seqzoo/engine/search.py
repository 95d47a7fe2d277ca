"""Networks that write a sequence token by token: an encoder, run once, and a step, run for each token.

They become the `step` and the first state that `seqzoo.decoding` asks for, whose rules say what is sought.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from seqzoo.errors import InputError

TOKEN, LOG_PROBS, ALIGNMENTS, NEXT = "token", "log_probs", "alignments", "next_"


class Begun(NamedTuple):
    """A batch before its first token.

    Attributes:
        step: `step(tokens, state) -> (log_probs, state, alignments)`, see `seqzoo.decoding`.
        state: the first, arrays (batch, ...).
        encoded: what the encoder gave, by name.
    """

    step: "Step"
    state: list[np.ndarray]
    encoded: dict[str, np.ndarray]


class StepNetworks:
    """An encoder and a step of a decoder.

    Of what the encoder gives, the step takes what it names as inputs. Where it gives `next_NAME`, NAME is a
    state; the rest stays as it is.

    Args:
        encoder: anything by name -> arrays (batch, ...): a `seqzoo.engine.Network` or a
            `seqzoo.training.running.KerasNetwork`.
        step: such a network, of `token`, int32 (rows, 1), and what the encoder gives -> `log_probs`, float
            (rows, vocabulary), the next states, and perhaps `alignments`, float (rows, source time).

    Attributes:
        vocabulary: how many tokens there are.
        attends: whether there are alignments.
        states: names of the states.

    Raises:
        InputError: if the two do not fit together.
    """

    def __init__(self, encoder: Any, step: Any):
        self.encoder, self.network = encoder, step
        given = {TOKEN, *encoder.outputs}
        missing = [name for name in step.inputs if name not in given]
        if missing or TOKEN not in step.inputs:
            raise InputError(
                f"{step.where}: expected inputs of {sorted(given)}; got {sorted(step.inputs)}"
            )
        if step.outputs.get(LOG_PROBS) is None:
            raise InputError(f"{step.where}: expected an output {LOG_PROBS}")
        self.vocabulary: int = step.outputs[LOG_PROBS]
        self.attends = ALIGNMENTS in step.outputs
        self.states = [name for name in step.inputs if f"{NEXT}{name}" in step.outputs]

    def start(self, given: Mapping[str, np.ndarray]) -> Begun:
        """Run the encoder, and make ready for the first token.

        Args:
            given: the encoder's inputs, (batch, ...).
        """
        encoded = self.encoder.run(given)
        step = Step(self, encoded)
        states = [encoded[name] for name in self.states]
        return Begun(step, [np.arange(len(next(iter(encoded.values())))), *states], encoded)


class Step:
    """A step for one batch.

    The first array of its state tells each row's example, int (rows,). Rows may be repeated, moved or
    dropped: what the encoder gave follows.

    Args:
        networks: of them the step is run.
        encoded: what the encoder gave, arrays (batch, ...).
    """

    def __init__(self, networks: StepNetworks, encoded: dict[str, np.ndarray]):
        self._network, self._states = networks.network, networks.states
        self._fixed = {
            name: encoded[name]
            for name in self._network.inputs
            if name != TOKEN and name not in self._states
        }
        # Rows seldom change their examples: what belongs to them is copied when they do.
        self._examples = np.arange(len(next(iter(encoded.values()))))
        self._of_rows = self._fixed

    def __call__(
        self, tokens: np.ndarray, state: list[np.ndarray]
    ) -> tuple[np.ndarray, list[np.ndarray], np.ndarray | None]:
        """The log-probabilities behind tokens, int (rows,); see `seqzoo.decoding`.

        Raises:
            InputError: if the network's numbers overflow.
        """
        examples, *states = state
        if not np.array_equal(examples, self._examples):
            self._examples = examples
            self._of_rows = {name: x[examples] for name, x in self._fixed.items()}
        given = {TOKEN: tokens[:, None].astype(np.int32), **self._of_rows}
        given |= dict(zip(self._states, states, strict=True))
        outputs = self._network.run(given)
        log_probs = outputs[LOG_PROBS]
        # One number that is none makes all of its row such.
        if np.isnan(log_probs[:, 0]).any():
            raise InputError(f"{self._network.where}: its numbers overflow")
        after = [outputs[f"{NEXT}{name}"] for name in self._states]
        return log_probs, [examples, *after], outputs.get(ALIGNMENTS)
