"""Models in other formats: the same numbers, the same answers, and nothing left where they differ."""

import json
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

import seqzoo
from seqzoo import export as exporting
from seqzoo import models
from seqzoo.__main__ import main
from seqzoo.errors import InputError
from seqzoo.export import formats, proof
from seqzoo.export.onnx.model import to_onnx
from seqzoo.layers import ATTENTIONS, CELLS, CRF, to_stock
from seqzoo.tasks.classification.graph import TextIds
from seqzoo.tasks.tagging import export as tagger_export
from seqzoo.tasks.tagging.coder import runs
from seqzoo.tasks.tagging.graph import CharacterTagger
from seqzoo.text.tokenizer import Tokenizer
from seqzoo.text.vocabulary import Vocabulary
from tests.fuzz import chains
from tests.fuzz.exported import tagging_reader

onnxruntime = pytest.importorskip("onnxruntime")

SCANNED = {
    "layer_norm_simple_rnn", "indrnn", "linear_recurrence", "residual_recurrence", "narx", "layer_norm_gru",
    "projected_lstm", "peephole_projected_lstm", "layer_norm_lstm", "mogrifier_lstm", "nas",
}  # fmt: skip
RANDOM = np.random.default_rng(0)


def ids(rows=5, time=9, size=40):
    """Rows of falling length, padded on the right."""
    tokens = RANDOM.integers(1, size, (rows, time)).astype(np.int32)
    for row in range(rows):
        tokens[row, max(1, time - 2 * row) :] = 0
    return tokens


def random_weights(model):
    for weight in model.weights:
        if weight.dtype == "float32":
            weight.assign(RANDOM.normal(0, 0.4, weight.shape))
    return model


def both(model, given: dict):
    """Outputs by name of the model, of its ONNX form, and the kinds of nodes in that."""
    proto = to_onnx(random_weights(model))
    session = onnxruntime.InferenceSession(proto.SerializeToString())
    names = [output.name for output in session.get_outputs()]
    found = dict(zip(names, session.run(names, given), strict=True))
    inputs = (
        given if isinstance(model.input, dict) else [given[x.name] for x in model.inputs]
    )
    outputs = model(inputs if len(given) > 1 else inputs[0], training=False)
    if not isinstance(outputs, dict):
        outputs = dict(zip(names, keras.tree.flatten(outputs), strict=True))
    expected = {name: np.asarray(outputs[name.removeprefix("next_")]) for name in names}
    return expected, found, {node.op_type for node in proto.graph.node}


def assert_equal(expected, found, real=None):
    assert expected
    for name in expected:
        ours, theirs = expected[name], found[name]
        assert ours.shape == theirs.shape
        if (
            real is not None and ours.shape[:2] == real.shape
        ):  # what stands at padding is nobody's
            ours, theirs = ours[real], theirs[real]
        np.testing.assert_allclose(theirs, ours, atol=1e-5, err_msg=name)


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_in_onnx(cell):
    model = models.classifier(
        40, 3, cell=cell, units=4, num_layers=2, residual=True, pooling="max_mean"
    )
    tokens = ids()
    expected, found, kinds = both(model, {"tokens": tokens})
    assert_equal(expected, found)
    assert ("Scan" in kinds) == (cell in SCANNED)
    assert cell in SCANNED or kinds & {"LSTM", "GRU", "RNN"}
    session = onnxruntime.InferenceSession(to_onnx(model).SerializeToString())
    padded = session.run(None, {"tokens": np.pad(tokens, ((0, 0), (0, 7)))})[0]
    np.testing.assert_allclose(padded, found["label"], atol=1e-6)


@pytest.mark.parametrize("pooling", ["last", "max", "mean", "attention"])
def test_poolings_in_onnx(pooling):
    expected, found, _ = both(
        models.classifier(40, 1, units=4, pooling=pooling), {"tokens": ids()}
    )
    assert_equal(expected, found)


@pytest.mark.parametrize("crf", [True, False])
@pytest.mark.parametrize("pairs", [None, 30])
def test_taggers_in_onnx(crf, pairs):
    tokens = ids(rows=20)
    given = {"tokens": tokens} | (
        {"bigrams": np.where(tokens, tokens % 29 + 1, 0).astype(np.int32)} if pairs else {}
    )
    settings = {"tags": "BMES", "scheme": "BMES"} if crf else {}
    model = models.tagger(
        40, 4, crf=crf, bigram_vocab_size=pairs, units=4, num_auxiliary=3, **settings
    )
    expected, found, _ = both(model, given)
    assert set(found) == {"tags" if crf else "tag", "auxiliary"}
    assert_equal(expected, found, tokens > 0)
    if crf:
        assert not found["tags"][tokens == 0].any()


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


PLACES = [(attention, "top", False) for attention in (None, *ATTENTIONS)]


@pytest.mark.parametrize(
    ("attention", "at", "feeding"),
    [*PLACES, ("luong", "bottom", False), ("bahdanau", "top", True)],
)
def test_translators_in_onnx(attention, at, feeding):
    model = models.translator(
        40, 40, cell="nas" if attention == "dot" else "lstm", attention=attention, attention_at=at,
        input_feeding=feeding, units=(8, 8), embedding_dim=8, bridge="dense", tie_embeddings=feeding,
    )  # fmt: skip
    source = ids()
    expected, encoded, _ = both(models.encoder_of(model), {"source": source})
    assert_equal(expected, encoded, source > 0)
    step = models.step_of(model)
    given = {name: encoded[name] for name in step.input if name != "token"}
    expected, found, _ = both(
        step, given | {"token": np.full((len(source), 1), 5, np.int32)}
    )
    assert_equal(expected, found)


@pytest.mark.parametrize(
    "settings", [{}, {"tie_embeddings": True}, {"cutoffs": (10, 20)}, {"cell": "narx"}]
)
def test_language_models_in_onnx(settings):
    network = models.stateless_of(models.language_model(40, units=8, **settings))
    given = {"tokens": RANDOM.integers(1, 40, (3, 7)).astype(np.int32)}
    given |= {
        n: RANDOM.normal(size=(3, x.shape[-1])).astype(np.float32)
        for n, x in network.input.items()
        if n != "tokens"
    }
    assert_equal(*both(network, given)[:2])


def test_what_has_no_rule_is_refused():
    x = keras.Input((None, 3))
    model = keras.Model(x, keras.ops.sort(x))
    with pytest.raises(InputError, match=r"Sort .*: seqzoo has no rule for it"):
        to_onnx(model)
    x = keras.Input((None, 3))
    with pytest.raises(InputError, match="go_backwards"):
        to_onnx(keras.Model(x, seqzoo.layers.GRU(2, go_backwards=True)(x)))


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(proof, "COUNT", 20)
    monkeypatch.setattr(proof, "REPEATS", 1)


FIXTURES = (
    "trained",
    "regressor",
    "segmenter",
    "entity_tagger",
    "translator",
    "language_model",
)


CASES = [(name, format) for name in FIXTURES for format in exporting.FORMATS]
LIKE_OTHERS = [("entity_tagger", format) for format in ("keras", "saved_model", "litert")]
LIKE_OTHERS += [("language_model", "keras"), ("translator", "litert")]
CASES = [case for case in CASES if case not in LIKE_OTHERS]


@pytest.mark.parametrize(("name", "format"), CASES)
def test_every_task_in_every_format(name, format, few, request, tmp_path):
    source = request.getfixturevalue(name)
    lengths = [8, 24] if format == "litert" and name != "language_model" else None
    report = exporting.export(
        seqzoo.load(source), format, tmp_path / "out", lengths=lengths
    )
    assert report["texts"] == 20
    assert report["difference"] < 1e-4
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"reader.py", "signature.json", "report.json", "README.md"} <= written
    signature = json.loads((tmp_path / "out" / "signature.json").read_text())
    assert all(each["inputs"] and each["outputs"] for each in signature.values())
    for path in (tmp_path / "out").glob("*.json"):
        json.loads(
            path.read_text("utf-8"), parse_constant=pytest.fail
        )  # JSON has no infinity
    assert not (tmp_path / "out.partial").exists()


@pytest.mark.parametrize("name", FIXTURES)
def test_the_reader_needs_no_seqzoo(name, few, request, tmp_path):
    source, folder = request.getfixturevalue(name), tmp_path / "out"
    exporting.export(seqzoo.load(source), "onnx", folder)
    model = seqzoo.load(source)
    texts = model.samples(3, 10)
    program = (
        "import sys, runpy; sys.modules |= dict.fromkeys(['seqzoo', 'keras', 'tensorflow']); "
        f"sys.path.insert(0, {str(folder)!r}); runpy.run_path('{folder}/reader.py', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input="\r\n".join([*texts, "\0"]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    *answers, bad = [json.loads(line) for line in done.stdout.splitlines()]
    assert bad["line"] == 4
    assert "NUL" in bad["error"]
    for answer, expected in zip(answers, model.predict(texts), strict=True):
        numbers = {"log_prob", "perplexity", "score", "value"} & answer.keys()
        same = answer.keys() & expected.keys() - numbers - {"probabilities"}
        assert len(same) > 1 or numbers
        for key in numbers:
            assert answer[key] == pytest.approx(expected[key], rel=1e-3)
        assert {key: answer[key] for key in same} == {key: expected[key] for key in same}


def test_an_export_that_answers_otherwise_is_not_left(trained, few, tmp_path, monkeypatch):
    from seqzoo.export import formats

    write = formats.FORMATS["keras"].write

    def spoilt(folder, name, network, lengths):
        network.layers[-1].set_weights([-w for w in network.layers[-1].get_weights()])
        return write(folder, name, network, lengths)

    changed = {**formats.FORMATS, "keras": formats.Format(spoilt, ("keras",))}
    monkeypatch.setattr(formats, "FORMATS", changed)
    with pytest.raises(
        InputError, match=r"keras: texts\[\d+\], .* answered .*; the model answers"
    ):
        exporting.export(seqzoo.load(trained), "keras", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_bad_arguments(trained, few, tmp_path):
    for arguments, message in (
        (("onxx",), "format: expected one of .*onnx.* got 'onxx'"),
        (("onnx", tmp_path), "exists already"),
    ):
        with pytest.raises(InputError, match=message):
            exporting.export(seqzoo.load(trained), *arguments)
    for format, lengths, message in (
        ("onnx", [8], "onnx takes texts of any length"),
        ("litert", [0], "from 1 to 4,096; got 0"),
    ):
        with pytest.raises(InputError, match=message):
            exporting.export(seqzoo.load(trained), format, tmp_path / "x", lengths=lengths)
    with pytest.raises(InputError, match=r"longest exported|none of|at most"):
        exporting.export(
            seqzoo.load(trained),
            "litert",
            tmp_path / "x",
            lengths=[2],
            texts=["great lovely film was a story"],
        )
    assert list(tmp_path.iterdir()) == []


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


def test_the_command(trained, few, tmp_path, capsys):
    from seqzoo.__main__ import main

    (tmp_path / "texts.txt").write_text("a great film\n\nawful and dull\n")
    command = [
        "export",
        str(trained),
        "--format",
        "onnx",
        "--output",
        str(tmp_path / "out"),
    ]
    command += ["--texts", str(tmp_path / "texts.txt")]
    assert main(command) == 0
    assert (
        "- 2 texts of the user's: all answers are those of the model"
        in capsys.readouterr().out
    )
    assert main(command) == 2
    assert "exists already" in capsys.readouterr().err
    assert main([*command, "--length", "8,x"]) == 2
    assert (
        "--length: expected whole numbers, commas between; got '8,x'"
        in capsys.readouterr().err
    )


def test_a_keras_file_with_cells_of_ours_tells_in_a_line_what_it_needs(tmp_path):
    network = to_stock(models.classifier(40, 2, cell="peephole_lstm", units=4))
    kind = formats.FORMATS["keras"]
    kind.write(tmp_path, "model", network, ())
    signature = {"model": formats.signature(network, kind, ())}
    (tmp_path / "signature.json").write_text(json.dumps(signature), "utf-8")
    (tmp_path / "runtime.py").write_text(
        (exporting.RUNTIMES / "keras.py").read_text("utf-8"), "utf-8"
    )
    run = "import sys; sys.modules['seqzoo'] = None; import pathlib, runtime; "
    run += "runtime.Network(pathlib.Path('.'), 'model')"
    done = subprocess.run(
        [sys.executable, "-c", run], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last == (
        "ImportError: model.keras: its layers are not all Keras' own; `import seqzoo.layers` has them: "
        "pip install seqzoo"
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
        for _, starts, marked in next(predictor.tagged([runs(text, "character")])):
            for start, tag in zip(starts, marked, strict=True):
                expected[start] = tag
        assert [tag.decode() for tag in tags[: len(text)]] == expected, text
        assert not any(tags[len(text) :])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"fine\n\xff\n", "t.txt:2: invalid UTF-8 at byte 1"),
        (b"\n \n", "t.txt: expected texts, one a line"),
    ],
)
def test_texts_to_prove_it_by_that_cannot_be_read_are_told(
    trained, tmp_path, capsys, content, message
):
    (tmp_path / "t.txt").write_bytes(content)
    command = ["export", str(trained), "--format", "keras", "--output", str(tmp_path / "x")]
    assert main([*command, "--texts", str(tmp_path / "t.txt")]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
