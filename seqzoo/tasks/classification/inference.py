"""A classifier's network: encoded texts in, probabilities out."""

import numpy as np

from seqzoo.pipeline.batches import plan
from seqzoo.pipeline.encoded import Encoded
from seqzoo.tasks import text_inference

EVALUATION_BATCH = 64


class Inference(text_inference.Inference):
    """Probabilities, float32 (texts, classes), of encoded texts.

    Args:
        network: ids, int32 (batch, time), padded with 0 -> probabilities, float32 (batch, classes).
    """

    @property
    def num_classes(self) -> int:
        """Number of classes."""
        return self.outputs

    def of_encoded(self, encoded: Encoded) -> np.ndarray:
        """Probabilities, float32 (rows, classes), of encoded texts with the column `tokens`."""
        found = np.zeros((len(encoded), self.num_classes), np.float32)
        for rows in plan(encoded.lengths, EVALUATION_BATCH, None):
            found[rows] = self.forward(encoded.rows(rows, names=["tokens"])["tokens"])
        return found
