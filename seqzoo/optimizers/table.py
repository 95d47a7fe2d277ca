"""The optimizers that recipes offer, by name. Importing it imports no Keras."""

from seqzoo.lazy import Table

OPTIMIZERS = Table({
    "adagrad": "seqzoo.optimizers.adagrad:Adagrad",
    "adam": "keras.optimizers:Adam",
    "lazy_adam": "seqzoo.optimizers.descent:LazyAdam",
    "lazy_sgd": "seqzoo.optimizers.momentum:LazySGD",
    "row_sgd": "seqzoo.optimizers.rows:RowSGD",
})  # fmt: skip
