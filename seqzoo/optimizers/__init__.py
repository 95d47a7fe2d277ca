"""Optimizers for large embeddings, averaged SGD, and schedules of learning rates.

Names here are imported when they are first asked for: the names of optimizers need no Keras. Once Keras is
imported, they are too, so that it finds them by name in a model's file.
"""

import importlib
from typing import TYPE_CHECKING

from seqzoo import lazy

if TYPE_CHECKING:
    from seqzoo.optimizers.adagrad import Adagrad
    from seqzoo.optimizers.descent import (
        FINAL_RATE,
        SGD,
        AveragedSGD,
        LazyAdam,
        Stepped,
        falling,
        linear,
    )
    from seqzoo.optimizers.momentum import LazySGD
    from seqzoo.optimizers.rates import paced
    from seqzoo.optimizers.rows import RowSGD
    from seqzoo.optimizers.table import OPTIMIZERS

__all__ = [
    "FINAL_RATE",
    "OPTIMIZERS",
    "SGD",
    "Adagrad",
    "AveragedSGD",
    "LazyAdam",
    "LazySGD",
    "RowSGD",
    "Stepped",
    "falling",
    "linear",
    "paced",
]

_PLACES = lazy.places("seqzoo.optimizers.descent", *__all__) | {
    "Adagrad": "seqzoo.optimizers.adagrad:Adagrad",
    "LazySGD": "seqzoo.optimizers.momentum:LazySGD",
    "OPTIMIZERS": "seqzoo.optimizers.table:OPTIMIZERS",
    "RowSGD": "seqzoo.optimizers.rows:RowSGD",
    "paced": "seqzoo.optimizers.rates:paced",
}
_REGISTERED = (
    "seqzoo.optimizers.adagrad",
    "seqzoo.optimizers.momentum",
    "seqzoo.optimizers.rows",
)
__getattr__, __dir__ = lazy.names(__name__, _PLACES)
lazy.after("keras", lambda: [importlib.import_module(module) for module in _REGISTERED])
