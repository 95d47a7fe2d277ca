"""`keras.ops`, imported when it is first used: decoding itself needs no Keras to be imported.

Take it whole, as `from seqzoo.decoding import arrays`: to import a name from it would import Keras.
"""

from typing import Any


def __getattr__(name: str) -> Any:
    from keras import ops

    return getattr(ops, name)
