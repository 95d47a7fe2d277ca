"""`keras.ops`, imported when it is first used: decoding itself needs no Keras to be imported."""


def __getattr__(name: str):
    from keras import ops

    return getattr(ops, name)
