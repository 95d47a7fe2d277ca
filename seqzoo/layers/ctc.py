"""Connectionist temporal classification: transcripts whose places in time nobody knows.

Graves, Fernández, Gomez & Schmidhuber 2006, "Connectionist temporal classification: labelling unsegmented
sequence data with recurrent neural networks", section 4. Each frame emits a label or a blank. A path of
frames reads as a transcript: repetitions are merged, then blanks are dropped. The likelihood of a transcript
is the sum over all paths that read as it. `seqzoo.decoding.ctc` finds transcripts.
"""

from typing import Any

import keras
import numpy as np
from keras import ops

# Keras has no public name for it.
from keras.src.backend.common.masking import get_keras_mask

from seqzoo.layers import plain_ctc
from seqzoo.layers.plain_chain import BAN
from seqzoo.layers.tensors import Tensor
from seqzoo.layers.transcripts import check_values, frames_needed

__all__ = ["CTCLoss", "ctc_loss", "frames_needed", "posteriors"]


def ctc_loss(
    logits: Tensor,
    labels: Tensor,
    logit_lengths: Tensor,
    label_lengths: Tensor,
    *,
    blank: int = 0,
) -> Tensor:
    """Negative log-likelihood of transcripts, with a gradient by the logits; it has no second derivative.

    Padding, of frames and of labels, changes neither loss nor gradient, whatever stands in it. A transcript
    may be empty: all its frames are blanks. One that needs more frames than there are has a loss of infinity
    and a gradient of zeros; `frames_needed` tells beforehand.

    Computed in float32 at least, whatever the type of the logits. On TensorFlow on a CPU it is a compiled
    loop; XLA, exports and other backends take one in Keras' operations.

    Args:
        logits: float (batch, time, vocab), unnormalised, right-padded.
        labels: int (batch, most), right-padded.
        logit_lengths: int (batch,), frames of each row.
        label_lengths: int (batch,), labels of each row.
        blank: the symbol that stands for no label.

    Returns:
        float32 (batch,), or float64 of such logits.

    Raises:
        ValueError: on other shapes; on a length out of its range, or a label that is none or the blank.
            In a graph of TensorFlow's on a CPU the last two are an `InvalidArgumentError` as it runs. In
            other compiled code, where nothing can be raised, the row's loss is NaN.
    """
    logits = ops.convert_to_tensor(logits)
    labels, logit_lengths, label_lengths = (
        ops.cast(x, "int32") for x in (labels, logit_lengths, label_lengths)
    )
    _check_shapes(logits, labels, logit_lengths, label_lengths, blank)
    if keras.backend.standardize_dtype(logits.dtype) != "float64":
        logits = ops.cast(logits, "float32")
    _check_at_once(logits.shape, labels, logit_lengths, label_lengths, blank)

    given = labels, logit_lengths, label_lengths, blank
    fused = _fused()
    if fused is not None:
        return fused.ctc_loss(logits, *given)
    loss, slope = plain_ctc.losses(ops.stop_gradient(logits), *given)
    return _with_gradient(loss, slope, logits)


def posteriors(logits: np.ndarray, labels: np.ndarray, *, blank: int = 0) -> np.ndarray:
    """How likely each frame of one utterance is at each state of its transcript (section 4.1).

    The states are the labels with a blank before, between and behind them; those of a label are 1, 3, ...

    Args:
        logits: float (time, vocab), unnormalised.
        labels: int (labels,).
        blank: the symbol that stands for no label.

    Returns:
        float64 (time, 2 * labels + 1); every row sums to 1.

    Raises:
        ValueError: on other shapes, a label that is none, too few frames, or logits of minus infinity that
            rule out every path of the labels.
    """
    logits, labels = np.asarray(logits, np.float64), np.asarray(labels, np.int64)
    if logits.ndim != 2 or labels.ndim != 1:
        raise ValueError(
            f"expected logits (time, vocab) and labels (labels,); got {logits.shape} and {labels.shape}"
        )
    frames, counts = np.array([len(logits)]), np.array([len(labels)])
    check_values((1, *logits.shape), labels[None], frames, counts, blank)
    needed = int(frames_needed(labels[None], counts)[0])
    if needed > len(logits):
        raise ValueError(
            f"logits: expected at least {needed} frames for the labels; got {len(logits)}"
        )

    log_probs = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    symbols = np.full(2 * len(labels) + 1, blank)
    symbols[1::2] = labels
    emissions = log_probs[:, symbols]  # (time, states)
    may_skip = np.zeros(len(symbols), bool)
    may_skip[3::2] = symbols[3::2] != symbols[1:-2:2]

    # Backwards it is the same recursion: states and frames turned round.
    turned = np.roll(may_skip[::-1], 2)
    forward = _alphas(emissions, may_skip)
    backward = _alphas(emissions[::-1, ::-1], turned)[::-1, ::-1]
    both = forward + backward - np.where(emissions > -np.inf, emissions, 0.0)
    total = np.logaddexp.reduce(both, axis=1, keepdims=True)
    if not (total > -np.inf).all():
        raise ValueError("logits: expected a path of the labels that is not ruled out")
    return np.exp(both - total)


@keras.saving.register_keras_serializable("seqzoo")
class CTCLoss(keras.losses.Loss):
    """`ctc_loss` as a loss of Keras, for models whose output is the logits.

        inputs = keras.Input((None, 80))
        x = keras.layers.Masking()(inputs)
        x = Bidirectional(LSTM(128, return_sequences=True))(x)
        model = keras.Model(inputs, keras.layers.Dense(30)(x))
        model.compile("adam", loss=CTCLoss())

    `y_true`: int (batch, most), padded on the right with -1 or the blank.
    `y_pred`: logits, float (batch, time, vocab), or a tuple of logits and lengths, int (batch,). Frames that
    the Keras mask of the logits leaves out do not count. Without lengths and mask all frames do.
    Sample weights: one a sequence; with 0 a sequence does not count, whatever its labels.

    A model that returns logits and lengths calls `ctc_loss` in a training step of its own: Keras gives a
    compiled loss one output at a time.

    Args:
        blank: the symbol that stands for no label.
        reduction, name, dtype: as of any loss.
    """

    def __init__(
        self,
        blank: int = 0,
        reduction: str = "sum_over_batch_size",
        name: str = "ctc_loss",
        dtype: str | None = None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.blank = blank

    def __call__(
        self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None
    ) -> Tensor:
        if sample_weight is not None and len(np.shape(sample_weight)) > 1:
            raise ValueError(
                f"sample_weight: expected one a sequence, shape (batch,); got {np.shape(sample_weight)}"
            )
        if sample_weight is not None and len(np.shape(sample_weight)) == 1:
            # 0 times an infinite loss is not a number: an empty transcript is always possible.
            dropped = ops.convert_to_tensor(sample_weight) == 0
            y_true = ops.where(dropped[:, None], ops.cast(-1, "int32"), y_true)
        if not isinstance(y_pred, tuple | list):
            y_pred = _real_frames(y_pred)
        return super().__call__(y_true, tuple(y_pred), sample_weight)

    def call(self, y_true: Tensor, y_pred: tuple[Tensor, Tensor]) -> Tensor:
        """A loss for each sequence, float (batch,)."""
        logits, lengths = y_pred
        labels = ops.cast(y_true, "int32")
        is_label = ops.logical_and(labels != -1, labels != self.blank)
        places = ops.arange(1, ops.shape(labels)[1] + 1, dtype="int32")
        counts = ops.max(ops.where(is_label, places[None], 0), axis=1, initial=0)
        return ctc_loss(logits, labels, lengths, counts, blank=self.blank)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this object again."""
        return {**super().get_config(), "blank": self.blank}


def _real_frames(logits):
    """Logits with the frames that their Keras mask leaves out behind the others, and how many count."""
    mask = get_keras_mask(logits)
    logits = ops.convert_to_tensor(logits)
    batch, time = ops.shape(logits)[:2]
    if mask is None:
        return logits, ops.broadcast_to(ops.cast(time, "int32"), (batch,))
    mask = ops.cast(mask, "bool")
    order = ops.argsort(ops.where(mask, 0, time) + ops.arange(time), axis=1)
    logits = ops.take_along_axis(logits, order[:, :, None], axis=1)
    return logits, ops.sum(ops.cast(mask, "int32"), axis=1)


def _alphas(emissions, may_skip):
    """The log weights of all beginnings that end in each state at each frame, float64 (time, states)."""
    alphas = np.empty(emissions.shape)
    # Before the first frame a path is in the first state.
    alpha = np.where(np.arange(emissions.shape[1]) == 0, 0.0, -np.inf)
    for t, frame in enumerate(emissions):
        before = np.concatenate([[-np.inf, -np.inf], alpha])
        skipped = np.where(may_skip, before[:-2], -np.inf)
        ways = np.logaddexp(before[2:], before[1:-1])
        alpha = alphas[t] = np.logaddexp(ways, skipped) + frame
    return alphas


def _check_shapes(logits, labels, frames, counts, blank):
    """Refuse tensors of other ranks or sizes, as far as they are known."""
    if len(logits.shape) != 3 or logits.shape[2] is None:
        raise ValueError(
            f"logits: expected (batch, time, vocab); got {tuple(logits.shape)}"
        )
    batch, _, vocab = logits.shape
    if isinstance(blank, bool) or not isinstance(blank, int) or not 0 <= blank < vocab:
        raise ValueError(f"blank: expected 0 to {vocab - 1}; got {blank!r}")
    given = {"labels": labels, "logit_lengths": frames, "label_lengths": counts}
    axes = {"labels": ("batch", "most")}
    for name, tensor in given.items():
        shape, expected = tuple(tensor.shape), axes.get(name, ("batch",))
        known = None not in (*shape[:1], batch)
        if len(shape) != len(expected) or (known and shape[0] != batch):
            raise ValueError(
                f"{name}: expected ({', '.join(expected)}), of {batch} rows; got {shape}"
            )


def _fused():
    """The module with the compiled loop, where it can run."""
    if keras.backend.backend() != "tensorflow":
        return None
    from seqzoo.layers import fused, fused_ctc

    return None if fused.gpu() or fused.elsewhere() else fused_ctc


def _check_at_once(shape, labels, logit_lengths, label_lengths, blank):
    """`check_values` where there are values: not in a graph that is being built or compiled."""
    try:
        arrays = [ops.convert_to_numpy(x) for x in (labels, logit_lengths, label_lengths)]
    except (NotImplementedError, TypeError, RuntimeError):  # each backend has its own
        return
    check_values(tuple(shape), *arrays, blank)


def _with_gradient(loss, slope, logits):
    """`loss` (batch,) with a gradient put in by hand: the loop would be differentiated step by step."""
    finite = ops.where(logits == BAN, ops.zeros_like(logits), logits)
    change = ops.stop_gradient(slope) * (finite - ops.stop_gradient(finite))
    # What stands in padding need not be a number.
    change = ops.where(slope == 0, ops.zeros_like(change), change)
    return ops.stop_gradient(loss) + ops.sum(change, axis=(1, 2))
