"""A classifier's network: encoded texts in, probabilities out."""

from seqzoo.tasks import text_inference


class Inference(text_inference.Inference):
    """Probabilities, float32 (texts, classes), of encoded texts.

    Args:
        network: ids, int32 (batch, time), padded with 0 -> probabilities, float32 (batch, classes).
    """

    @property
    def num_classes(self) -> int:
        """Number of classes."""
        return self.outputs
