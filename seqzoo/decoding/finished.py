"""Leave examples that are done out of a batch of NumPy's arrays: the others need not wait for them."""

from collections.abc import Sequence

import numpy as np

SHARE = 0.25  # of a batch must be done before its arrays are copied


class Finished:
    """What the examples of a batch have come to.

    Args:
        batch: how many examples there are.
    """

    def __init__(self, batch: int):
        self._places = np.arange(batch)  # of the examples that are left
        self._results: list[np.ndarray] = []

    def left(self, done: np.ndarray, results: Sequence[np.ndarray]) -> np.ndarray | None:
        """Which examples go on without the others; None: the batch should stay as it is.

        Args:
            done: bool (examples left,).
            results: of these examples, arrays (examples left, ...); of those that are done they are kept.

        Returns:
            Places among the examples left, int (some,).
        """
        if done.mean() < SHARE or done.all():
            return None
        self._keep(results, done)
        going = np.flatnonzero(~done)
        self._places = self._places[going]
        return going

    def whole(self, results: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The results of all examples, (batch, ...), of those of the examples left."""
        if not self._results:
            return list(results)
        self._keep(results, np.ones(len(self._places), bool))
        return self._results

    def _keep(self, results: Sequence[np.ndarray], which: np.ndarray) -> None:
        if not self._results:  # nothing has been left out so far: they are of all examples
            self._results = [result.copy() for result in results]
        for kept, result in zip(self._results, results, strict=True):
            kept[self._places[which]] = result[which]
