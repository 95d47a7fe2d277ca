"""Whether an export answers like the model it was made of: both are asked the same texts.

The export answers through the files that users get, `reader.py` and the format's own runtime, and is
compared with `Predictor.predict`: names and texts must be the same, and numbers agree to `TOLERANCE`. The
task says which is which.
"""

import importlib.util
import statistics
import sys
import time
from pathlib import Path

import numpy as np

from seqzoo.errors import InputError
from seqzoo.export.task import TaskExport

COUNT = 1000
TOLERANCE = 1e-4
LONGEST = 60  # tokens of a made text
REPEATS = 7
MODULES = ("reader", "runtime", "search", "lines", "texts")  # an export's own


def prove(folder: Path, task_export: TaskExport, format: str, lengths, texts) -> dict:
    """Ask both, compare, time both.

    Returns:
        `texts`, their number, `made_up`, whether they were made here; `difference`, the largest of a
        probability or of a log-probability a token; `milliseconds`, of the export and of seqzoo, for one text
        and for each of 64 together.

    Raises:
        InputError: if an answer differs, with the first text that has another.
    """
    predictor, reader = task_export.predictor, open_reader(folder)
    made = texts is None
    longest = task_export.LONGEST or min(LONGEST, *lengths, LONGEST)
    texts = list(predictor.samples(COUNT, longest) if made else texts)
    expected = predictor.predict(texts)
    try:
        found = reader.predict(texts)
    except ValueError as error:  # a reader's word for what its network can't take
        raise InputError(f"{format}: {error}") from error
    difference = 0.0
    for number, (ours, theirs) in enumerate(zip(expected, found, strict=True)):
        apart = task_export.difference(ours, theirs)
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
