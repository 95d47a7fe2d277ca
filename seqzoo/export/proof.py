"""Whether an export answers like the model it was made of: both are asked the same texts.

The export answers through the files that users get, `reader.py` and the format's own runtime, and is
compared with `seqzoo.predict`: labels, words, entities and translations must be the same, probabilities and
log-probabilities agree to `TOLERANCE`.
"""

import importlib.util
import statistics
import sys
import time
from pathlib import Path

import keras
import numpy as np

from seqzoo.errors import InputError
from seqzoo.predictors.samples import made_texts

COUNT = 1000
TOLERANCE = 1e-4
LONGEST = 60  # tokens of a made text
REPEATS = 7
MODULES = ("reader", "runtime", "search", "lines")  # an export's own


def prove(folder: Path, predictor, task: str, format: str, lengths, texts) -> dict:
    """Ask both, compare, time both.

    Returns:
        `texts`, their number, `made_up`, whether they were made here; `difference`, the largest of a
        probability or of a log-probability a token; `milliseconds`, of the export and of seqzoo, for one text
        and for each of 64 together.

    Raises:
        InputError: if an answer differs, with the first text that has another.
    """
    reader = open_reader(folder)
    made = texts is None
    longest = min(LONGEST, *lengths) if lengths and task != "language" else LONGEST
    texts = list(made_texts(predictor, COUNT, longest) if made else texts)
    expected = predictor.predict(texts)
    try:
        found = reader.predict(texts)
    except ValueError as error:  # a reader's word for what its network can't take
        raise InputError(f"{format}: {error}") from error
    difference = 0.0
    for number, (ours, theirs) in enumerate(zip(expected, found, strict=True)):
        apart = _apart(task, ours, theirs)
        if apart is None or apart > TOLERANCE:
            raise InputError(
                f"{format}: texts[{number}], {texts[number][:60]!r}: answered {_short(theirs)}; the model "
                f"answers {_short(ours)}"
            )
        difference = max(difference, apart)
    return {
        "texts": len(texts),
        "made_up": made,
        "lengths": list(lengths),
        "difference": difference,
        "milliseconds": {
            "export": _times(reader.predict, texts),
            "seqzoo": _times(predictor.predict, texts),
        },
    }


def open_reader(folder: Path):
    """The reader of an exported folder, imported from there as `python reader.py` would."""
    kept = {name: sys.modules.pop(name) for name in MODULES if name in sys.modules}
    sys.path.insert(0, str(folder))
    try:
        spec = importlib.util.spec_from_file_location("reader", folder / "reader.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.Reader(folder)
    finally:
        sys.path.remove(str(folder))
        for name in MODULES:
            sys.modules.pop(name, None)
        sys.modules.update(kept)


def field(model) -> dict:
    """A tagger's CRF as float arrays, minus infinity for what is forbidden; see `CRF.scores`."""
    crf = next(layer for layer in model._flatten_layers() if layer.name == "crf")
    names = ("start", "transitions", "end")
    return dict(zip(names, map(keras.ops.convert_to_numpy, crf.scores()), strict=True))


def lists(field: dict) -> dict:
    """The same as lists for a JSON file, which has no infinity: null stands for it."""
    finite = {name: np.where(np.isfinite(s), s.astype(object), None) for name, s in field.items()}
    return {name: scores.tolist() for name, scores in finite.items()}


def _apart(task: str, ours: dict, theirs: dict) -> float | None:
    """How far two answers' numbers are apart; None: they differ in more than numbers."""
    if task == "classification":
        same = ours["label"] == theirs["label"]
        pairs = [(p, theirs["probabilities"][label]) for label, p in ours["probabilities"].items()]
    elif task == "language":
        tokens = len(ours["tokens"])
        same, pairs = True, [(ours["log_prob"] / tokens, theirs["log_prob"] / tokens)]
    elif task == "translation":
        same, pairs = ours["translation"] == theirs["translation"], [(ours["score"], theirs["score"])]
    else:
        kind = "words" if task == "segmentation" else "entities"
        same, pairs = ours[kind] == theirs[kind], []
    return max((abs(a - b) for a, b in pairs), default=0.0) if same else None


def _short(answer: dict) -> str:
    return str({name: value for name, value in answer.items() if name != "text"})[:200]


def _times(answer, texts) -> dict:
    """Milliseconds a text, the median of several times."""
    result = {}
    for count in (1, 64):
        part, found = texts[:count], []
        for _ in range(REPEATS):
            started = time.perf_counter()
            answer(part)
            found.append(1000 * (time.perf_counter() - started) / len(part))
        result[str(count)] = float(np.round(statistics.median(found), 3))
    return result
