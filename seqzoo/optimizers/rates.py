"""Learning rates of single layers."""

from typing import Any

import keras

from seqzoo.optimizers.descent import Tensor


def paced(
    optimizer: keras.optimizers.Optimizer, layer: str, factor: float
) -> keras.optimizers.Optimizer:
    """The optimizer, which from now on gives the weights of one layer another learning rate.

    Args:
        optimizer: changed.
        layer: the layer's name.
        factor: what its learning rate is multiplied by.
    """
    step = optimizer.update_step

    def update_step(gradient: Tensor, variable: Any, learning_rate: Tensor) -> None:
        place = optimizer._get_variable_index(variable)
        path = optimizer._trainable_variables[place].path
        theirs = path.startswith(f"{layer}/")
        return step(gradient, variable, learning_rate * factor if theirs else learning_rate)

    optimizer.update_step = update_step
    return optimizer
