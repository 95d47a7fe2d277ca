"""Scores of models that answer, and `seqzoo evaluate` for them."""

import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seqzoo.datasets import dialogue
from seqzoo.errors import InputError
from seqzoo.metrics.answers import answer_scores
from seqzoo.pipeline import bootstrap
from seqzoo.pipeline import naive as beside
from seqzoo.system.files import read_json
from seqzoo.tasks.translation.decoding_settings import Search
from seqzoo.tasks.translation.dialogue import naive
from seqzoo.tasks.translation.dialogue.predictor import Talker
from seqzoo.tasks.translation.inference import Translating, check_length
from seqzoo.tasks.translation.options import DialogueMeasureOptions

Pair = tuple[str, str]  # turns, as `seqzoo.text.turns.joined` has them, and the answer


def measure(
    predictor: Talker,
    path: Path,
    options: DialogueMeasureOptions,
    write: Callable[[str], Any],
) -> dict[str, Any]:
    """Scores of a trained model on a file of dialogues.

    Args:
        predictor: the model.
        path: dialogues, as the recipe's `--data` has them.
        options: of the search; a file of dialogues to leave out.
        write: not used.

    Returns:
        `dialogues` and `examples`, their answers; `likelihood` of all answers; `scores` of what the model
        answers to the last turns; `always_*` of the naive answer, if the artifact has one.

    Raises:
        InputError: on files that cannot be read, or turns that are too long.
    """
    talks = list(dialogue.read(path, options.encoding))
    if options.leave_out is not None:
        others = dialogue.read(Path(options.leave_out), options.encoding)
        talks = dialogue.without(talks, others)
        if not talks:
            raise InputError(f"{path}: all dialogues stand in {options.leave_out}, too")
    every = list(dialogue.replies(talks, predictor.turns))
    for each in every:
        check_length(predictor.translating.encode(each.source), each.where)
    endings = [(each.source, each.target) for each in every if each.last]
    texts = [
        best[0].text if best else ""
        for best in predictor.best(_items(predictor.translating, endings), options)
    ]
    tokenize = predictor.config["text"]["tokenize"]
    found: dict[str, Any] = {"dialogues": len(talks), "examples": len(every)}
    sums = _sums(predictor.translating, ((each.source, each.target) for each in every))
    found |= _likelihood(sums.sum(0))
    found |= _figures(texts, endings, tokenize, predictor.decoding(options))
    if naive.FILE in predictor.artifact.names:
        answer = naive.kept(read_json(predictor.artifact.path(naive.FILE)))
        found |= beside.flat([naive.always(answer, endings, tokenize)])
    per_row = bootstrap.PerRow(
        "perplexity", sums, _perplexity, "answers", (1, 2), higher=False
    )
    return found | {bootstrap.PER_ROW: per_row}


def likelihood(translating: Translating, pairs: Iterable[Pair]) -> dict[str, float]:
    """How likely given answers are.

    Args:
        translating: the model.
        pairs: turns and answers.

    Returns:
        `score`, minus the loss; `loss`, of a piece, in nats; `perplexity` of a piece, and `word_perplexity`,
        of what stands between white space, the end of an answer counted as one.
    """
    return _likelihood(_sums(translating, pairs).sum(0))


def _sums(translating: Translating, pairs: Iterable[Pair]) -> np.ndarray:
    """Loss in nats, pieces and words of each answer, its end counted, float64 (answers, 3)."""
    pairs = list(pairs)
    ids = [
        (translating.encode(source), translating.target.encode(target))
        for source, target in pairs
    ]
    return np.array(
        [
            (-log_probs.sum(dtype=np.float64), len(log_probs), len(target.split()) + 1)
            for (log_probs, _), (_, target) in zip(
                translating.scores(ids), pairs, strict=True
            )
        ]
    )


def _likelihood(sums: np.ndarray) -> dict[str, float]:
    loss, pieces, words = (float(each) for each in sums)
    return {
        "score": -loss / pieces,
        "loss": loss / pieces,
        "perplexity": math.exp(loss / pieces),
        "word_perplexity": math.exp(loss / words),
    }


def _perplexity(sums: np.ndarray) -> np.ndarray:
    return np.exp(sums[..., 0] / sums[..., 1])


def scores(
    translating: Translating, pairs: Sequence[Pair], search: Search, tokenize: str
) -> dict[str, Any]:
    """What a model answers: `answers`, their number, `answer_scores`, and `decoding`."""
    found = translating(_items(translating, pairs), search)
    texts = [best[0].text if best else "" for best in found]
    return _figures(texts, pairs, tokenize, search.about())


def _items(translating: Translating, pairs: Iterable[Pair]) -> list[tuple]:
    """Sources with their ids."""
    return [(source, translating.encode(source)) for source, _ in pairs]


def _figures(
    texts: Sequence[str], pairs: Sequence[Pair], tokenize: str, decoding: str
) -> dict[str, Any]:
    found = answer_scores(texts, [target for _, target in pairs], tokenize)
    return {"answers": len(texts), **found, "decoding": decoding}
