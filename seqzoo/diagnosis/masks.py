"""Where masks stop, by experiment: a run with more padding must give the same at every real position."""

from collections.abc import Iterator

import keras
import numpy as np

from seqzoo.diagnosis.batch import Batch, Tokens
from seqzoo.diagnosis.record import Call, Run, recorded
from seqzoo.diagnosis.result import Finding

TOLERANCE = {"float16": 3e-2, "bfloat16": 3e-2}  # of the largest number; other types: 1e-3
_READS_PADDING = (
    keras.layers.RNN,
    keras.layers.Bidirectional,
    keras.layers.GlobalAveragePooling1D,
)


def findings(model: keras.Model, batch: Batch, run: Run) -> Iterator[Finding]:
    """Whether more padding changes what the model gives, and if so, from which layer on.

    Args:
        run: what the model did with the batch.
    """
    if not batch.tokens:
        yield Finding("note", "masks", "model", "no input of ids: what would be padding can't be told",
                      "mask it yourself: more padding must not change the output")  # fmt: skip
        return
    if not batch.padded:
        yield Finding("ok", "masks", "model", "the batch has no padding to be masked")
        return
    try:
        longer = recorded(model, batch.inputs(longer=True), any_time=batch.fixed)
    except Exception as error:  # whatever a size that is fixed inside the model runs into
        found = f"can't be run with more padding: {str(error).splitlines()[0]}"
        yield Finding(
            "note",
            "masks",
            "model",
            found,
            "build it with Input((None,)) to have masks tested",
        )
        yield from _unmasked(run, batch)
        return
    changes = [
        difference(a, b, batch) for a, b in zip(run.outputs, longer.outputs, strict=True)
    ]
    known = [change for change in changes if change is not None]
    limit = TOLERANCE.get(model.compute_dtype, 1e-3)
    if not known:
        yield Finding(
            "note",
            "masks",
            "model",
            "its outputs' sizes follow the padding: they can't be compared",
        )
    elif max(known) <= limit:
        found = "more padding changes no output at real positions"
        yield Finding(
            "ok", "masks", "model", f"{found} (at most by {max(known):.1g} of its size)"
        )
    else:
        yield from _where(run, longer, batch, limit, max(known))


def _where(
    run: Run, longer: Run, batch: Batch, limit: float, most: float
) -> Iterator[Finding]:
    """The first operation that gives something else for the same, and layers without a mask."""
    blamed = None
    for key, call in run.calls.items():
        other = longer.calls.get(key)
        if other is None or _changes(call.outputs, other.outputs, batch) <= limit:
            continue
        if _changes(call.inputs, other.inputs, batch) <= limit:
            blamed = call
            break
    if blamed is None:
        yield Finding("warning", "masks", "model", f"more padding changes its output by {most:.0%}",
                      "no layer by itself is to blame: look at what joins them")  # fmt: skip
    else:
        found = f"more padding changes what it gives (the model's output by {most:.0%}), not what it reads"
        found = f"{found}; {_mask_of(blamed)}"
        yield Finding("warning", "masks", blamed.operation.name, found, _mend(blamed))
    yield from _unmasked(run, batch, blamed)


def _mask_of(call: Call) -> str:
    if not call.masked:
        return "it takes no mask"
    return "it was given no mask" if call.mask is None else "though it was given a mask"


def _mend(call: Call) -> str:
    if not call.masked:
        return "use a layer that takes a mask, or put something neutral in the padding's place (ops.where)"
    if call.mask is not None:
        return "its mask is not that of the tokens, or the layer doesn't heed it"
    return "pass it: layer(x, mask=keras.ops.not_equal(tokens, 0)); or Embedding(..., mask_zero=True)"


def _unmasked(run: Run, batch: Batch, blamed: Call | None = None) -> Iterator[Finding]:
    """Recurrent and pooling layers that read padding without a mask."""
    for call in run.calls.values():
        if (
            call is blamed
            or call.mask is not None
            or not isinstance(call.operation, _READS_PADDING)
        ):
            continue
        if (
            call.inputs
            and call.inputs[0].ndim == 3
            and not batch.real(call.inputs[0].shape).all()
        ):
            yield Finding("note", "masks", call.operation.name, "reads padding, and was given no mask",
                          _mend(call))  # fmt: skip


def _changes(arrays: list, others: list, batch: Batch) -> float:
    """The largest difference of two lists of arrays; those that can't be compared don't count."""
    found = [difference(a, b, batch) for a, b in zip(arrays, others, strict=False)]
    return max((change for change in found if change is not None), default=0.0)


def difference(a: np.ndarray, b: np.ndarray, batch: Batch) -> float | None:
    """The largest difference at real positions between what the batch and the longer one gave, as a share
    of the largest number; None where the shapes can't be matched.

    A layer may give its outputs in the order it made them, the last token's first: the order in which less
    differs counts.
    """
    found = [_difference(a, b, batch, reverse) for reverse in (False, True)]
    return None if None in found else min(found)


def _difference(a, b, batch, reverse):
    first = None
    for axis in range(1, a.ndim):
        tokens = _time(a.shape, b.shape, axis, batch) if b.ndim == a.ndim else None
        if tokens is not None:
            start = tokens.more if tokens.left != reverse else 0
            b = np.take(b, range(start, start + a.shape[axis]), axis)
            first = first or (axis, tokens.real[:, ::-1] if reverse else tokens.real)
    if a.shape != b.shape:
        return None
    if first is not None:
        axis, real = first
        a, b = np.moveaxis(a, axis, 1)[real], np.moveaxis(b, axis, 1)[real]
    if a.dtype.kind == "b":
        return float((a != b).any()) if a.size else 0.0
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    apart = _apart(a, b)
    scale = np.max(np.abs(a), initial=1e-6, where=np.isfinite(a))
    return float(
        np.max(np.nan_to_num(apart, nan=np.inf, posinf=np.inf), initial=0.0) / scale
    )


def _apart(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """How far two arrays, float64, are apart, number by number.

    Equal infinities, a ban of a CRF say, are not apart: their difference is not formed.
    """
    differ = (a != b) & ~(np.isnan(a) & np.isnan(b))
    return np.abs(np.subtract(a, b, out=np.zeros_like(a), where=differ))


def _time(shape, longer, axis, batch: Batch) -> Tokens | None:
    """Whose time an axis is: it grew by what was added to these tokens."""
    for tokens in batch.tokens:
        time = tokens.real.shape[1]
        if (shape[axis], longer[axis], shape[0]) == (time, time + tokens.more, batch.rows):
            return tokens
    return None
