"""What of a model is saved: the networks that use needs, by the names of their files."""

import keras

from seqzoo.models.built import description_of
from seqzoo.models.language_model import stateless_of
from seqzoo.models.tagger import emissions_of
from seqzoo.models.translator import encoder_of, step_of

_PARTS = {
    "classifier": lambda model: {"model": model},
    "tagger": lambda model: {"model": emissions_of(model)},  # the CRF's scores are in transitions.json
    "translator": lambda model: {"encoder": encoder_of(model), "step": step_of(model)},
    "language_model": lambda model: {"model": stateless_of(model)},
}
_FOR_USE = {"tagger": {"num_auxiliary": 0}, "language_model": {"batch_size": None}}  # training's alone


def parts(model: keras.Model) -> dict[str, keras.Model]:
    """Name -> network, weights shared with the model.

    Raises:
        InputError: if no builder of seqzoo's made it.
    """
    return _PARTS[description_of(model)["builder"]](model)


def described_for_use(model: keras.Model) -> dict:
    """How to build the model again without what only training needs."""
    description = description_of(model)
    changed = _FOR_USE.get(description["builder"], {})
    return {**description, "arguments": {**description["arguments"], **changed}}
