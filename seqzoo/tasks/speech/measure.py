"""`seqzoo evaluate` for recognizers: error rates, the naive answer's beside them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from seqzoo.datasets.audio.utterances import features
from seqzoo.decoding.ctc import text
from seqzoo.pipeline import bootstrap, naive
from seqzoo.tasks.speech import corpora, symbols
from seqzoo.tasks.speech import naive as naive_answers
from seqzoo.tasks.speech.options import MeasureOptions
from seqzoo.tasks.speech.predictor import Recognizer
from seqzoo.tasks.speech.scores import CHARACTERS, WORDS, per_row, rates, word_error_rate


def measure(
    predictor: Recognizer,
    path: Path,
    options: MeasureOptions,
    write: Callable[[str], None],
) -> dict[str, Any]:
    """Scores of a recognizer on utterances, and those of the naive answer.

    Args:
        predictor: a `Recognizer`.
        path: as the training's `--data`; where there are parts, the test part.
        options: what the user set.
        write: not used.

    Returns:
        `examples`, the number of utterances; what `scores.rates` gives; the naive answer's figures; `below`,
        sentences if it is better; and what the interval is made of.

    Raises:
        InputError: on files that cannot be read.
    """
    utterances = corpora.to_measure(path)
    lowercase = predictor.config["text"]["lowercase"]
    gold = [symbols.normal(each.transcript, lowercase) for each in utterances]
    frames = [features(each, predictor.front_end) for each in utterances]
    given = []
    for log_probs in predictor.inference(frames):
        labels = predictor.search(log_probs, options)
        given.append(text(labels, predictor.symbols))

    rows = per_row(gold, given)
    found = rates(rows)
    beside = naive_answers.answers(gold, predictor.constant)
    below = naive.below(found["score"], beside, "these utterances")
    return {
        "examples": len(utterances),
        **found,
        **naive.flat(beside),
        **({"below": below} if below else {}),
        bootstrap.PER_ROW: bootstrap.PerRow(
            "wer", rows, word_error_rate, "utterances", (WORDS, CHARACTERS), higher=False
        ),
    }
