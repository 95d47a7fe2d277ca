"""A regressor's network: encoded texts in, standardised numbers out."""

from collections.abc import Sequence

import numpy as np

from seqzoo.tasks import text_inference


class Inference(text_inference.Inference):
    """Standardised numbers of encoded texts.

    Args:
        network: ids, int32 (batch, time), padded with 0 -> standardised numbers, float32 (batch, 1).
    """

    def __call__(self, encoded: Sequence[np.ndarray]) -> np.ndarray:
        """float32 (texts,), of ids, int32 (time,) each; texts of like length are computed together."""
        return super().__call__(encoded)[:, 0]  # (texts, 1) -> (texts,)
