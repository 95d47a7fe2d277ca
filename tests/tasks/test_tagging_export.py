"""Tags are the same in every graph of an exported tagger and in its reader."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

import seqzoo
from seqzoo.export.onnx.model import to_onnx
from seqzoo.layers import CRF, to_stock
from seqzoo.tasks.tagging import export as tagger_export
from seqzoo.tasks.tagging.cuts import runs
from seqzoo.tasks.tagging.graph import CharacterTagger
from tests.fuzz import chains
from tests.fuzz.exported import tagging_reader

onnxruntime = pytest.importorskip("onnxruntime")


def banned_case(seed, kind):
    """A CRF of random weights, emissions (6, 20, tags) in whole numbers, which tie, and lengths."""
    random = np.random.default_rng(seed)
    tags = 8 if kind == "BMES" else 4
    layer = CRF(tags, **chains.constraints(kind, tags, random))
    layer.build((None, None, tags))
    layer.set_weights(
        [random.integers(-2, 3, w.shape).astype("float32") for w in layer.weights]
    )
    emissions = random.integers(-9, 10, (6, 20, tags)).astype("float32") * 1000
    emissions[0, 3] = -np.inf  # no path at all
    emissions[1, 0, :-1] = -np.inf
    return layer, emissions, random.integers(4, 21, 6)


@pytest.mark.parametrize("kind", chains.CONSTRAINTS)
def test_bans_and_ties_are_alike_in_every_graph(kind):
    """The layer, ONNX, the SavedModel's graph and the reader; a row without a path has tag 0 throughout."""
    layer, emissions, lengths = banned_case(3, kind)
    mask = np.arange(20) < lengths[:, None]
    x, real = (
        keras.Input((None, layer.num_tags), name="x"),
        keras.Input((None,), dtype="bool", name="real"),
    )
    proto = to_onnx(keras.Model([x, real], layer(x, mask=real)["tags"]))
    session = onnxruntime.InferenceSession(proto.SerializeToString())
    (found,) = session.run(None, {"x": emissions, "real": mask})
    expected = np.asarray(layer(emissions, mask=mask)["tags"])
    np.testing.assert_array_equal(found, expected)
    assert not expected[0].any()
    scores = [keras.ops.convert_to_numpy(s).astype(float) for s in layer.scores()]
    field = dict(zip(("start", "transitions", "end"), scores, strict=True))
    graph = CharacterTagger.__new__(CharacterTagger)
    graph.field = {name: tf.constant(values, tf.float64) for name, values in field.items()}
    saved = graph._best_path(tf.constant(emissions), tf.constant(lengths)).numpy()
    written = json.loads(json.dumps(tagger_export.lists(field), allow_nan=False))
    read = {name: tagging_reader.scores_of(values) for name, values in written.items()}
    for row, length in enumerate(lengths):
        assert saved[row, :length].tolist() == expected[row, :length].tolist()
        assert (
            tagging_reader.best_path(emissions[row, :length], read)
            == expected[row, :length].tolist()
        )


def test_characters_get_their_tags_in_the_graph_as_in_python(segmenter):
    """Texts of all that ends a piece, and such as are longer than a piece may be."""
    predictor, draw = seqzoo.load(segmenter), np.random.default_rng(1)
    network = to_stock(predictor.networks["model"])
    tagging = predictor.tagging
    module = CharacterTagger(
        network, tagging.coder, tagging.tags, tagger_export.field(predictor.model)
    )
    letters = np.array(
        [
            *"中国人民的银行在北京发展很快",
            *"，、：；。！？”）…",
            *"  \u3000\t",
            *"aB7９Ａ％👍é",
        ]
    )
    texts = [
        "",
        " ",
        "。",
        "中" * 61,
        "。”” 。x",
        *("".join(draw.choice(letters, n)) for n in range(1, 120)),
    ]
    found = module(tf.constant(texts))
    for text, characters, tags in zip(
        texts, found["characters"].numpy(), found["tags"].numpy(), strict=True
    ):
        assert [c.decode() for c in characters[: len(text)]] == list(text)
        expected = [""] * len(text)
        for tokens, starts in runs(text, "character"):
            (marked,) = tagging.numbers([tokens])
            for start, tag in zip(starts, marked, strict=True):
                expected[start] = tagging.names[tag]
        assert [tag.decode() for tag in tags[: len(text)]] == expected, text
        assert not any(tags[len(text) :])
