"""The class of builders' models: its file loads without seqzoo wherever it can, and it refuses wrong ids."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import keras
import numpy as np
from keras import tree

from seqzoo.errors import InputError
from seqzoo.layers.twins import to_stock

OURS = "seqzoo>"  # begins the names that seqzoo registers with Keras


@keras.saving.register_keras_serializable("seqzoo")
class BuiltModel(keras.Model):
    """A functional `keras.Model`, but for what `save` writes, and what `fit` and the like refuse.

    A `.keras` file has Keras' own layers wherever they are twins of seqzoo's. Plain Keras then loads it, and
    `seqzoo.layers.from_stock` makes it fast again. Where the file needs a layer, a loss or an optimizer of
    seqzoo's, it is of this class. Without `import seqzoo.layers` Keras' error then names this module first.

    `fit`, `evaluate` and `predict` raise an `InputError` on arrays of ids, int (batch, time), with an id
    outside the vocabulary, or with a row of padding alone. It names the row.

    Attributes:
        vocabularies: how many ids there are, by the name of the input.
    """

    vocabularies: Mapping[str, int] = MappingProxyType({})

    def fit(self, x: Any = None, *more: Any, **keywords: Any) -> Any:
        """As `keras.Model.fit`.

        Raises:
            InputError: on wrong ids.
        """
        self._check(x)
        return super().fit(x, *more, **keywords)

    def evaluate(self, x: Any = None, *more: Any, **keywords: Any) -> Any:
        """As `keras.Model.evaluate`.

        Raises:
            InputError: on wrong ids.
        """
        self._check(x)
        return super().evaluate(x, *more, **keywords)

    def predict(self, x: Any, *more: Any, **keywords: Any) -> Any:
        """As `keras.Model.predict`.

        Raises:
            InputError: on wrong ids.
        """
        self._check(x)
        return super().predict(x, *more, **keywords)

    def _check(self, x: Any) -> None:
        """Refuse wrong ids in arrays; datasets are read but once, and go unchecked."""
        arrays = tree.flatten(x)
        if len(arrays) != len(self.inputs):
            return  # Keras says what is wrong, or it is a dataset
        names = [each.name for each in self.inputs]
        if isinstance(x, dict):
            arrays = [x.get(name) for name in names]
        for name, array in zip(names, arrays, strict=True):
            if isinstance(array, np.ndarray) and name in self.vocabularies:
                _check_ids(name, array, self.vocabularies[name])

    def save(
        self, filepath: Any, overwrite: bool = True, zipped: bool | None = None, **more: Any
    ) -> None:
        """Save the model, its optimizer's state too.

        Args:
            filepath, overwrite, zipped, more: as `keras.Model.save` takes them.
        """
        plain = _plain(self) if Path(filepath).suffix == ".keras" else None
        if plain is None:
            super().save(filepath, overwrite, zipped, **more)
        else:
            plain.save(filepath, overwrite, zipped, **more)


def _check_ids(name: str, ids: np.ndarray, size: int) -> None:
    """Refuse ids, int (batch, time), outside a vocabulary, and rows of padding alone."""
    if ids.ndim != 2 or not ids.size:
        return
    wrong = np.argwhere((ids < 0) | (ids >= size))
    if len(wrong):
        row, step = wrong[0].tolist()
        raise InputError(
            f"{name}[{row}, {step}]: expected an id from 0 to {size - 1:,}; got {ids[row, step]}"
        )
    blank = np.flatnonzero(~(ids != 0).any(axis=1))
    if len(blank):
        raise InputError(
            f"{name}[{blank[0]}]: expected a token; the row is padding alone (id 0)"
        )


def _plain(model: keras.Model) -> keras.Model | None:
    """The same in Keras' own layers, compiled alike; None: there is no such."""
    try:
        twin = to_stock(model)
    except ValueError:  # a CRF, or a class derived from seqzoo's
        return None
    compiled = model.get_compile_config() if model.compiled else None
    if _has_ours([keras.saving.serialize_keras_object(twin), compiled]):
        return None
    if compiled is not None:
        twin.compile_from_config(compiled)
        if model.optimizer.built:
            for ours, theirs in zip(
                model.optimizer.variables, twin.optimizer.variables, strict=True
            ):
                theirs.assign(ours)
    return twin


def _has_ours(config: Any) -> bool:
    """Whether a config names anything that seqzoo has registered."""
    if isinstance(config, dict):
        return _has_ours(list(config.values()))
    if isinstance(config, (list, tuple)):
        return any(map(_has_ours, config))
    return isinstance(config, str) and config.startswith(OURS)
