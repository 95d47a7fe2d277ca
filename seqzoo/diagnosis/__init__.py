"""What is wrong or slow with a recurrent Keras model: `seqzoo.diagnose`, `seqzoo doctor`."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import keras

from seqzoo.diagnosis import batch as batches
from seqzoo.diagnosis import gates, gradients, masks, memories, paths, record, trees
from seqzoo.diagnosis.result import Diagnosis, Finding, gathered
from seqzoo.errors import InputError
from seqzoo.layers import Carried, Decoder

__all__ = ["Diagnosis", "Finding", "diagnose"]

# Kinds of models that may have no recurrent layer: modules with `is_one`, `made_up` and `findings`.
WITHOUT_STEPS = (trees, memories)


def diagnose(
    model: keras.Model,
    batch: Any = None,
    *,
    loss: Callable | None = None,
    further: Iterable[Finding] = (),
) -> Diagnosis:
    """Look for what is wrong or slow with a recurrent model, mostly by running it on a batch.

    It is run eagerly and without training a few times. Weights, carried states and seeds are
    afterwards what they were.

    Args:
        model: a built `keras.Model`: functional, sequential, or with a `batch` of any class.
        batch: what the model is called with, arrays of numbers: one, a list, or a dictionary by the inputs'
            names. Integers (batch, time) are ids, 0 is padding. None: made up, of random ids of the
            embeddings, in rows of mixed lengths.
        loss: from the model's outputs to a scalar, for the gradient; None: the sum of their squares.
        further: findings of a task's own, which stand among the others.

    Returns:
        The findings, the worst first: `print` it, or see `warnings`, `findings`, `to_json()`.

    Raises:
        InputError: if the model is not built or has no recurrent layer, or the batch does not fit.
    """
    if isinstance(model, keras.Model):
        for kind in WITHOUT_STEPS:
            if kind.is_one(model):
                return _without_steps(kind, model, batch, loss, further)
    parts = _parts(model)
    carries = any(part.layer.stateful for part in parts) or any(
        isinstance(layer, Carried) for layer in model._flatten_layers()
    )
    used = (
        batches.made_up(model, carries) if batch is None else batches.checked(model, batch)
    )
    run = record.recorded(model, used.inputs())
    parts = record.in_order(parts, run)
    findings = [
        *further,
        *batches.findings(used),
        *record.values(run),
        *masks.findings(model, used, run),
    ]
    for part in parts:
        findings += [paths.loop(part), *paths.cudnn(part, run.first(part.outer))]
    of_gates, saturation = gates.looked_at(model, parts, run, used)
    norms: list[list[float]] = []
    ratio = None
    if run.first(parts[0].outer) is not None:
        of_gradients, norms, ratio = gradients.looked_at(
            model, used, run, parts[0].outer, loss
        )
        findings += of_gradients
    findings += [*of_gates, *paths.export(model, parts, run), *_beyond(model)]
    return Diagnosis(model.name, str(used), gathered(findings), saturation, norms, ratio)


def _without_steps(
    kind: Any,
    model: keras.Model,
    batch: Any,
    loss: Callable | None,
    further: Iterable[Finding],
) -> Diagnosis:
    """As `diagnose`, of a model of a kind that may have no recurrent layer."""
    used = batches.checked(model, kind.made_up(model) if batch is None else batch)
    used.made_up = batch is None
    findings = [*further, *kind.findings(model, used, loss)]
    return Diagnosis(model.name, str(used), gathered(findings), {}, [], None)


def _parts(model) -> list[record.Part]:
    """The model's recurrent layers; there must be some."""
    if not isinstance(model, keras.Model):
        kind = type(model).__name__
        raise InputError(
            f"model: expected a keras.Model (seqzoo.load(...) has one: .model); got {kind}"
        )
    if not model.built:
        raise InputError(
            f"{model.name}: expected a model that has been built; call it once first"
        )
    parts = record.recurrent_parts(model)
    if not parts:
        raise InputError(f"{model.name}: expected a recurrent layer; the model has none")
    return parts


def _beyond(model) -> Iterator[Finding]:
    """What a run of the model does not show."""
    for layer in model._flatten_layers():
        if isinstance(layer, Decoder):
            found = "looked at with the whole target given; the search, step by step, is not looked at"
            yield Finding("note", "scope", layer.name, found)
