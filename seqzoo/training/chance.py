"""What is random in a training."""

from typing import Any

import keras
import tensorflow as tf


def begin(config: Any) -> None:
    """Make all that is random follow from the configuration's `seed`."""
    keras.utils.set_random_seed(config.seed)
    tf.config.experimental.enable_op_determinism()
