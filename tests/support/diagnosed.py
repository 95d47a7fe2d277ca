"""Networks and batches that the doctor is tried on."""

import keras
import numpy as np
from keras import layers, ops

VOCABULARY, ROWS, TIME = 30, 6, 9
LENGTHS = (9, 7, 7, 5, 9, 3)


def ids(seed=1):
    """int32 (rows, time), padded with 0 on the right."""
    drawn = np.random.default_rng(seed).integers(1, VOCABULARY, (ROWS, TIME))
    return np.where(np.arange(TIME) < np.array(LENGTHS)[:, None], drawn, 0).astype(np.int32)


def network(*recurrent, pool=None, embedded=None, time=None):
    """A classifier of ids in given layers, each of which gets the tokens' mask."""
    tokens = keras.Input((time,), dtype="int32", name="tokens")
    mask = ops.not_equal(tokens, 0)
    x = embedded or layers.Embedding(VOCABULARY, 8, name="embedding")
    x = x(tokens)
    for layer in recurrent:
        x = layer(x, mask=mask)
    x = ops.copy(x)  # leaves behind the mask that Keras hangs on it
    x = x if pool is None else pool(x)
    return keras.Model(tokens, layers.Dense(2, name="label")(x), name="network")


def stock(*recurrent, mask_zero=False):
    """A sequential classifier, whose masks travel by themselves, if there are any."""
    embedding = layers.Embedding(VOCABULARY, 8, mask_zero=mask_zero)
    pool = [layers.GlobalAveragePooling1D()] if mask_zero else []
    return keras.Sequential(
        [keras.Input((None,)), embedding, *recurrent, *pool, layers.Dense(1)]
    )


def found(diagnosis, check, severity=None):
    """What a check found: where and what of each finding, joined."""
    return [
        f"{finding.where}: {finding.found} -> {finding.advice}"
        for finding in diagnosis.findings
        if finding.check == check and severity in (None, finding.severity)
    ]


def only(texts):
    assert len(texts) == 1, texts
    return texts[0]
