"""Texts become ids in the exported graph as in Python."""

import keras
import numpy as np
import pytest

from seqzoo.tasks.classification.graph import TextIds
from seqzoo.text.tokenizer import Tokenizer
from seqzoo.text.vocabulary import Vocabulary


@pytest.mark.parametrize("unit", ["word", "character"])
@pytest.mark.parametrize("lowercase", [True, False])
def test_text_becomes_tokens_in_the_graph_as_in_python(unit, lowercase):
    tokenizer = Tokenizer(unit, lowercase)
    graph = TextIds(tokenizer, Vocabulary(["a"]), 20)
    texts = [
        "A wonderful film.<br /><BR>Don't miss it!", "ﬁne ①２３ café cafe\u0301 ÀÉÎ", "e\u0302\u0301 ά Å",
        "tab\tnew\nline\u00a0nbsp\u3000wide\u2028end\x1cfs", "ΟΔΥΣΣΕΎΣ ΟΣ ΣΟΦΟΣ, Σ",
        "İstanbul Ǆ ﷺ", "don’t rock'n'roll x_1 ½ ²",
        "江泽民在北京。全角ＡＢＣ！", "😀👨\u200d👩\u200d👧 ️", "한국어 각", "", " \u2003 ",
    ]  # fmt: skip
    found = graph.tokens(graph.normalize(keras.ops.convert_to_tensor(texts))).to_list()
    assert [[token.decode() for token in row] for row in found] == [
        tokenizer(text) for text in texts
    ]


def test_long_texts_are_cut_in_the_graph_and_unknown_ones_refused():
    import tensorflow as tf

    from seqzoo.pipeline.encoded import both_ends

    vocabulary = Vocabulary([f"w{n}" for n in range(30)])
    graph = TextIds(Tokenizer("word", True), vocabulary, 7)
    words = [f"w{n}" for n in range(20)]
    texts = [" ".join(words[:count]) for count in (1, 6, 7, 8, 20)]
    found = graph(tf.constant(texts)).numpy()
    for row, count in zip(found, (1, 6, 7, 8, 20), strict=True):
        expected = both_ends(vocabulary.encode(words[:count]), 7)
        np.testing.assert_array_equal(row, np.pad(expected, (0, 7 - len(expected))))
    with pytest.raises(tf.errors.InvalidArgumentError, match="none of its tokens is known"):
        graph(tf.constant(["w1", "nothing"]))
