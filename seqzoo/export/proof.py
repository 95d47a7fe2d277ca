"""Whether an export answers like its model: both answer the same texts, and the answers are compared.

The export answers through the files that users get, `reader.py` and the format's own runtime; the model
through `Predictor.predict`. Names and texts must be the same, and numbers agree to `TOLERANCE`. The
task says which is which.
"""

import importlib.util
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seqzoo.errors import InputError
from seqzoo.export.task import TaskExport

COUNT = 1000
TOLERANCE = 1e-4  # by which numbers may differ
LONGEST = 60  # tokens of a made text
REPEATS = 7  # timings, of which the median is taken
BATCHES = (1, 64)  # texts that are timed together
Answers = Callable[[Sequence[str]], list[dict[str, Any]]]


def prove(
    folder: Path,
    task_export: TaskExport,
    format: str,
    lengths: Sequence[int],
    texts: Sequence[str] | None,
    opened: Callable[[Path], Any] | None = None,
) -> dict[str, Any]:
    """Let model and export answer the same texts, compare the answers, and time both.

    Args:
        folder: of the export.
        task_export: the model, as its task exports it.
        format: of the export, for errors.
        lengths: tokens that a text may have, of a fixed format.
        texts: to answer; None: 1,000 are made, or as many as the task wants.
        opened: gives the folder's reader; None: `open_reader`.

    Returns:
        `texts`, their number; `made_up`, whether they were made here; `lengths`; `difference`, the largest
        of a probability or of a log-probability a token; `milliseconds`, of `export` and `seqzoo`: number of
        texts answered together, "1" or "64" -> milliseconds a text.

    Raises:
        InputError: if an answer differs, with the first text of which it does.
    """
    predictor, reader = task_export.predictor, (opened or open_reader)(folder)
    made_up = texts is None
    if texts is None:
        longest = task_export.LONGEST or min([LONGEST, *lengths])
        count = min(COUNT, task_export.PROOF or COUNT)
        texts = predictor.samples(count, longest)
    texts = list(texts)
    difference = _compared(task_export, reader.predict, format, texts)
    return {
        "texts": len(texts),
        "made_up": made_up,
        "lengths": list(lengths),
        "difference": difference,
        "milliseconds": {
            "export": _times(reader.predict, texts),
            "seqzoo": _times(predictor.predict, texts),
        },
    }


def _compared(
    task_export: TaskExport, answer: Answers, format: str, texts: list[str]
) -> float:
    """The largest difference between the model's answers and those of `answer`.

    Raises:
        InputError: if one is larger than `TOLERANCE`, or an answer differs in more than numbers.
    """
    expected = task_export.expected(texts)
    try:
        answers = answer(texts)
    except ValueError as error:  # a reader's word for what its network can't take
        raise InputError(f"{format}: {error}") from error

    largest = 0.0
    for number, (ours, theirs) in enumerate(zip(expected, answers, strict=True)):
        difference = task_export.difference(ours, theirs)
        if difference is None or difference > TOLERANCE:
            raise InputError(
                f"{format}: texts[{number}], {str(texts[number])[:60]!r}: answered {_short(theirs)}; "
                f"the model answers {_short(ours)}"
            )
        largest = max(largest, difference)
    return largest


def open_reader(folder: Path) -> Any:
    """The reader of an exported folder, imported from there as `python reader.py` would.

    Returns:
        An object with `predict(texts)`, a list of dictionaries.
    """
    folder = folder.resolve()  # Python's import remembers where a relative path led before
    own = [path.stem for path in folder.glob("*.py")]
    kept = {name: sys.modules.pop(name) for name in own if name in sys.modules}
    sys.path.insert(0, str(folder))
    try:
        spec = importlib.util.spec_from_file_location("reader", folder / "reader.py")
        assert spec is not None and spec.loader is not None  # a .py file has a loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.Reader(folder)
    finally:
        sys.path.remove(str(folder))
        for name in own:
            sys.modules.pop(name, None)
        sys.modules.update(kept)


def _short(answer: dict[str, Any]) -> str:
    return str({name: value for name, value in answer.items() if name != "text"})[:200]


def _times(answer: Answers, texts: list[str]) -> dict[str, float]:
    """Texts answered together -> milliseconds a text, the median of several times."""
    result = {}
    for count in BATCHES:
        part, times = texts[:count], []
        for _ in range(REPEATS):
            started = time.perf_counter()
            answer(part)
            times.append(1000 * (time.perf_counter() - started) / len(part))
        result[str(count)] = float(np.round(statistics.median(times), 3))
    return result
