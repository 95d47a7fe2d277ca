"""A conditional random field over a chain of tags: a layer on top of any tagger, and its loss."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from seqzoo.layers import chain
from seqzoo.layers.tensors import Shape, Tensor


@keras.saving.register_keras_serializable("seqzoo")
class CRF(layers.Layer):
    """Linear-chain conditional random field (Lafferty, McCallum & Pereira 2001; Lample et al. 2016).

    The weight of a path y is exp(start[y_1] + sum_t emissions[t, y_t] + sum_t transitions[y_t-1, y_t]
    + end[y_T]), over the steps that the mask leaves. Computed in float32 at least, under every policy.

        outputs = CRF(num_tags)(emissions, mask=mask)
        model = keras.Model(tokens, outputs)
        model.compile("adam", loss={"potentials": CRFLoss()})
        model.fit(x, {"potentials": tags})
        model.predict(x)["tags"]

    Call arguments:
        emissions: float (batch, time, num_tags), unnormalised.
        mask: bool (batch, time), False where there is no token: on either side or in between. One row
            serves the whole batch.

    Returns:
        A dictionary: `tags`, int32 (batch, time), the best path (Viterbi 1967), 0 at masked steps;
        `potentials`, float (batch, time, num_tags + 1, num_tags), which `CRFLoss` and the functions of
        `seqzoo.layers.chain` (marginals, n best paths, log-likelihood) take: the log weights of each pair
        of tags, and below them a row that is 1 at real steps and 0 at masked ones.

    What is not allowed weighs minus infinity, and so may an emission. A row on which every path is banned
    gets tag 0 throughout; see `seqzoo.layers.chain`. What stands at masked steps never counts.

    Args:
        num_tags: number of tags, at least 1.
        allowed: bool (num_tags, num_tags), as nested lists: whether the tag of the column may follow
            that of the row. None: all may.
        starts, ends: bool (num_tags,): the tags that a sequence may start and end with.

    Raises:
        ValueError: on shapes that do not fit.
    """

    def __init__(
        self,
        num_tags: int,
        *,
        allowed: Sequence[Sequence[bool]] | None = None,
        starts: Sequence[bool] | None = None,
        ends: Sequence[bool] | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if isinstance(num_tags, bool) or not isinstance(num_tags, int) or num_tags < 1:
            raise ValueError(
                f"num_tags: expected a whole number of at least 1; got {num_tags!r}"
            )
        self.num_tags = num_tags
        self.allowed = _flags("allowed", allowed, (num_tags, num_tags))
        self.starts = _flags("starts", starts, (num_tags,))
        self.ends = _flags("ends", ends, (num_tags,))
        self.supports_masking = True
        self.supports_jit = not chain.compiled()

    def build(self, emissions_shape: Shape) -> None:
        """Make the scores of starts, transitions and ends.

        Raises:
            ValueError: on emissions that are not (batch, time, num_tags).
        """
        if len(emissions_shape) != 3 or emissions_shape[-1] != self.num_tags:
            raise ValueError(
                f"{self.name}: expected emissions (batch, time, {self.num_tags}); got {emissions_shape}"
            )
        count, dtype = self.num_tags, self._precise()
        self.start = self.add_weight((count,), "zeros", dtype, name="start", autocast=False)
        self.transitions = self.add_weight(
            (count, count), "zeros", dtype, name="transitions", autocast=False
        )
        self.end = self.add_weight((count,), "zeros", dtype, name="end", autocast=False)

    def _precise(self):
        """Sums over hundreds of steps are no matter for half precision."""
        return "float64" if self.compute_dtype == "float64" else "float32"

    def call(self, emissions: Tensor, mask: Tensor | None = None) -> dict[str, Tensor]:
        """The best path and the potentials; see above."""
        emissions = ops.cast(emissions, self._precise())
        tags = chain.best_path_by_parts(emissions, mask, *self.scores())
        return {"tags": tags, "potentials": self.potentials(emissions, mask)}

    def compute_output_spec(
        self, emissions: Tensor, mask: Tensor | None = None
    ) -> dict[str, keras.KerasTensor]:
        """Shapes and types of what `call` gives."""
        shape = (*emissions.shape[:2], self.num_tags + 1, self.num_tags)
        return {
            "tags": keras.KerasTensor(shape[:2], "int32"),
            "potentials": keras.KerasTensor(shape, self._precise()),
        }

    def compute_mask(
        self, inputs: Tensor, mask: Tensor | None = None
    ) -> dict[str, Tensor | None]:
        """The mask of the tags; the potentials carry their own."""
        return {"tags": mask, "potentials": None}  # the potentials carry it themselves

    def scores(self) -> list[Tensor]:
        """start, transitions and end, with minus infinity for what is not allowed."""
        weights = [
            ops.convert_to_tensor(w) for w in (self.start, self.transitions, self.end)
        ]
        flags = (self.starts, self.allowed, self.ends)
        return [
            w if f is None else ops.where(np.array(f), w, ops.cast(chain.BAN, w.dtype))
            for w, f in zip(weights, flags, strict=True)
        ]

    def potentials(self, emissions: Tensor, mask: Tensor | None = None) -> Tensor:
        """Log weights and steps' flags, float (batch, time, num_tags + 1, num_tags); see `chain`."""
        emissions = ops.cast(emissions, self._precise())
        start, transitions, end = self.scores()
        real = (
            ops.ones_like(emissions[:, :, :1], "bool")
            if mask is None
            else ops.cast(mask, "bool")[:, :, None]
        )

        # real: (batch, time, 1). The start's scores go to the first real step, the end's to the last.
        seen = ops.cumsum(ops.cast(real, "int32"), axis=1)
        first = ops.logical_and(real, seen == 1)
        last = ops.logical_and(real, seen == seen[:, -1:])
        each = emissions + ops.where(first, start, 0.0) + ops.where(last, end, 0.0)
        each = ops.where(real, each, 0.0)  # what stands there may be no number

        # (batch, time, 1, tags) + (tags + 1, tags) -> (batch, time, tags + 1, tags)
        # One row more for the flags from the start: to join it on later would copy all there is.
        below = ops.pad(transitions, [[0, 1], [0, 0]])
        inner = ops.logical_and(real, ops.logical_not(first))[:, :, :, None]
        weights = each[:, :, None, :] + ops.where(inner, below, 0.0)
        is_flag = ops.arange(self.num_tags + 1)[:, None] == self.num_tags
        return ops.where(is_flag, ops.cast(real, weights.dtype)[:, :, :, None], weights)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this object again."""
        flags = {"allowed": self.allowed, "starts": self.starts, "ends": self.ends}
        return {**super().get_config(), "num_tags": self.num_tags, **flags}


@keras.saving.register_keras_serializable("seqzoo")
class CRFLoss(keras.losses.Loss):
    """Negative log-likelihood of the tags under a CRF, a number a sequence.

    `y_true`: int (batch, time) or (batch, time, 1), -1 where a tag is not known (the likelihood is then
    that of all tags there might be), or bool (batch, time, tags), the tags that may be. `y_pred`: the
    potentials.
    What stands at masked steps does not count. Labels that the CRF bans have a loss of infinity and no
    gradient; a label that is neither -1 nor a tag is an error (see `chain.log_likelihood`). Sample
    weights: one a sequence; with 0 a sequence does not count, whatever its labels.
    """

    def __init__(
        self,
        reduction: str = "sum_over_batch_size",
        name: str = "crf_loss",
        dtype: str | None = None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)

    def __call__(
        self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None
    ) -> Tensor:
        if sample_weight is not None and len(np.shape(sample_weight)) > 1:
            raise ValueError(
                f"sample_weight: expected one a sequence, shape (batch,); got {np.shape(sample_weight)}"
            )
        y_true = _without_last(y_true, y_pred)
        if sample_weight is not None and len(np.shape(sample_weight)) == 1:
            y_true = _without(y_true, ops.convert_to_tensor(sample_weight) == 0)
        return super().__call__(y_true, y_pred, sample_weight)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """A loss for each sequence, float (batch,)."""
        return -chain.log_likelihood(y_true, y_pred)


def _without_last(labels, potentials):
    """Labels (batch, time, 1) as (batch, time), as other losses take them; flags of one tag stay.

    Keras traces a second `fit` for all shapes that it has seen: then the rank may not be known.
    """
    labels, count = ops.convert_to_tensor(labels), potentials.shape[-1]
    shape = labels.shape
    rank = shape.rank if hasattr(shape, "rank") else len(shape)
    if rank is None or (rank == 3 and shape[-1] is None):
        flags = keras.backend.standardize_dtype(labels.dtype) == "bool"
        steps = ops.shape(potentials)[:2]
        return ops.reshape(labels, (*steps, count) if flags else steps)
    if rank == 3 and shape[-1] == 1 and count != 1:
        return ops.squeeze(labels, -1)  # (batch, time, 1) -> (batch, time)
    return labels


def _without(labels, dropped):
    """Labels with those of dropped rows, bool (batch,), unknown: 0 times an infinite loss is not a number."""
    if len(labels.shape) == 3:
        return ops.logical_or(ops.cast(labels, "bool"), dropped[:, None, None])
    return ops.where(dropped[:, None], ops.cast(-1, labels.dtype), labels)


def _flags(name, values, shape):
    """Nested lists of bool of a shape, or None."""
    if values is None:
        return None
    array = np.asarray(values, bool)
    if array.shape != shape:
        raise ValueError(f"{name}: expected shape {shape}; got {array.shape}")
    if not array.any():
        raise ValueError(f"{name}: expected at least one tag; all are forbidden")
    return array.tolist()
