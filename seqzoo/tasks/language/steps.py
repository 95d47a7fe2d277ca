"""A language model behind the interface of `seqzoo.decoding`: rows that write side by side."""

from collections.abc import Sequence

import numpy as np

from seqzoo.tasks.language.inference import Reading

FEED = 256  # tokens of a prompt read at once


class Steps:
    """Steps of a language model.

    Args:
        reading: the network.

    Attributes:
        names: of its states, in the order of a step's state.
    """

    def __init__(self, reading: Reading):
        self._reading = reading
        self.names = list(reading.sizes)

    def behind(self, prompts: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The states in front of the last token of each prompt, a row each: arrays (rows, size).

        Args:
            prompts: ids, int32 (time,) each, one at least; equal ones are read once.
        """
        known: dict[bytes, dict[str, np.ndarray]] = {}
        rows = []
        for ids in prompts:
            key = ids.tobytes()
            if key not in known:
                known[key] = self._read(ids)
            rows.append(known[key])
        return [np.concatenate([row[name] for row in rows]) for name in self.names]

    def _read(self, ids: np.ndarray) -> dict[str, np.ndarray]:
        states = self._reading.first_states(1)
        for start in range(0, len(ids) - 1, FEED):
            part = ids[None, start : min(start + FEED, len(ids) - 1)]  # (1, time)
            _, states = self._reading.run(part, states)
        return states

    def __call__(
        self, tokens: np.ndarray, state: list[np.ndarray]
    ) -> tuple[np.ndarray, list[np.ndarray], None]:
        """Log-probabilities behind tokens, int (rows,); see `seqzoo.decoding`."""
        states = dict(zip(self.names, state, strict=True))
        outputs, states = self._reading.run(tokens[:, None].astype(np.int32), states)
        logits = outputs["logits"][:, -1]  # (rows, words)
        scores = logits - logits.max(axis=1, keepdims=True)
        log_probs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        return log_probs, [states[name] for name in self.names], None
