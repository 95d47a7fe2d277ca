"""`seqzoo evaluate` for verse: perplexity by dynasty, and what the model writes freely."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seqzoo.datasets.reading.measured import tell
from seqzoo.datasets.splits import draw
from seqzoo.datasets.verse import parts
from seqzoo.datasets.verse.poem import FORMS, Poem
from seqzoo.errors import InputError
from seqzoo.pipeline import bootstrap
from seqzoo.tasks.language.inference import MOST_LOSS, scores
from seqzoo.tasks.language.verse import naive, sounds
from seqzoo.tasks.language.verse.freely import figures_of
from seqzoo.tasks.language.verse.losses import losses_of
from seqzoo.tasks.language.verse.options import TEMPERATURE, VerseMeasure
from seqzoo.tasks.language.verse.predictor import Verse
from seqzoo.tasks.language.verse.text import Condition, is_character, text_of
from seqzoo.tasks.language.verse.writing import Draws
from seqzoo.text.running import END
from seqzoo.text.vocabulary import UNK


def measure(
    predictor: Verse, path: Path, options: VerseMeasure, write: Callable[[str], object]
) -> dict[str, Any]:
    """Perplexity of a character of poems, each read by itself behind its form and title.

    What counts is the characters of lines; that a line ends is known. A 5-gram of the training poems reads
    the same.

    Args:
        predictor: the model.
        path: a file of poems, or a folder of such files.
        options: what is measured.
        write: takes text for standard output; nothing is written.

    Returns:
        `perplexity`, `loss`, `characters`, `unknown`; `by_dynasty` and `by_form` with the same; `ngram_*` of
        the 5-gram; with `options.write` `written`, see `freely`.

    Raises:
        InputError: if there is no poem, or a file cannot be read.
    """
    poems = parts.whole(path, options.encoding)
    ids = [_ids(predictor, poem, options) for poem in poems]
    counted = [is_character(each, predictor.vocabulary) for each in ids]
    losses = losses_of(predictor.reading, ids)
    trained = _trained(options, poems)
    columns = {"perplexity": losses}
    if trained:
        columns["ngram_perplexity"] = _of_ngrams(predictor, trained, ids, options)

    sums = {name: _sums(each, counted) for name, each in columns.items()}
    sizes = np.array([mask.sum() for mask in counted])
    unknown = np.array(
        [(each[m] == UNK).sum() for each, m in zip(ids, counted, strict=True)]
    )
    figures: dict[str, Any] = dict(
        scores(float(sums["perplexity"].sum() / sizes.sum()), "character")
    )
    figures |= _figures(sums, sizes, np.ones(len(poems), bool))
    figures |= {"poems": len(poems), "unknown_share": float(unknown.sum() / sizes.sum())}
    if trained:
        figures["ngram"] = "1 to 5 characters, interpolated Kneser-Ney, line ends known"
    figures["by_dynasty"] = _groups(
        poems, lambda poem: poem.dynasty or "unknown", sums, sizes
    )
    figures["by_form"] = _groups(poems, lambda poem: poem.form, sums, sizes)
    if options.write:
        figures |= _freely(predictor, poems, trained, options)
    values = np.stack([sums["perplexity"], sizes], axis=1)  # (poems, 2)
    per_row = bootstrap.PerRow(
        "perplexity", values, _perplexity, "poems", (1,), higher=False
    )
    return figures | {bootstrap.PER_ROW: per_row}


def _perplexity(sums: np.ndarray) -> np.ndarray:
    return np.exp(np.minimum(sums[..., 0] / sums[..., 1], MOST_LOSS))


def _condition(predictor: Verse, poem: Poem, options: VerseMeasure) -> Condition:
    dynasty = poem.dynasty if poem.dynasty in predictor.dynasties else ""
    return Condition(poem.form, poem.title if options.titles else "", dynasty)


def _ids(predictor: Verse, poem: Poem, options: VerseMeasure) -> np.ndarray:
    """Ids of a poem behind its condition, with its end, int32 (time,)."""
    text = text_of(poem, _condition(predictor, poem, options))
    return predictor.vocabulary.encode([*predictor.unit.tokens(text), END])


def _trained(options: VerseMeasure, poems: list[Poem]) -> list[Poem]:
    """The poems of the training, without those that share a line with the measured ones."""
    if options.train is None:
        return []
    every = parts.whole(Path(options.train), options.encoding)
    kept = parts.without_lines_of(every, poems, tell)
    if not kept:
        raise InputError(f"{options.train}: expected poems of the training; none is left")
    return kept


def _of_ngrams(
    predictor: Verse, trained: list[Poem], ids: Sequence[np.ndarray], options: VerseMeasure
) -> list[np.ndarray]:
    """The losses of 5-grams counted on poems, float64 (time,) of each measured one."""
    stream = np.concatenate([_ids(predictor, poem, options) for poem in trained])
    _, several = naive.count(stream, predictor.vocabulary)
    losses = several.losses(np.concatenate(ids))
    return np.split(losses, np.cumsum([len(each) for each in ids])[:-1])


def _sums(losses: Sequence[np.ndarray], counted: Sequence[np.ndarray]) -> np.ndarray:
    """The sum over the characters of each poem, float64 (poems,)."""
    every = zip(losses, counted, strict=True)
    return np.array([each[mask].sum(dtype=np.float64) for each, mask in every])


def _figures(
    sums: dict[str, np.ndarray], sizes: np.ndarray, which: np.ndarray
) -> dict[str, Any]:
    characters = int(sizes[which].sum())
    found: dict[str, Any] = {"characters": characters}
    for name, each in sums.items():
        found[name] = float(np.exp(min(each[which].sum() / characters, MOST_LOSS)))
    return found


def _groups(
    poems: list[Poem],
    name_of: Callable[[Poem], str],
    sums: dict[str, np.ndarray],
    sizes: np.ndarray,
) -> dict[str, dict[str, Any]]:
    """Figures of poems that share a name, the largest group first."""
    names = np.array([name_of(poem) for poem in poems])
    every, counts = np.unique(names, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return {
        str(name): {"poems": int(count)} | _figures(sums, sizes, names == name)
        for name, count in zip(every[order], counts[order], strict=True)
    }


def _freely(
    predictor: Verse, poems: list[Poem], trained: list[Poem], options: VerseMeasure
) -> dict[str, Any]:
    """Figures of poems that are written behind the conditions of measured ones, beside these."""
    seed = options.seed or 0
    order = sorted(poems, key=lambda poem: draw(poem.text, seed, "write"))
    chosen = [_condition(predictor, poem, options) for poem in order]
    # As many as are asked for, from the first again if there are fewer.
    conditions = [chosen[place % len(chosen)] for place in range(options.write)]
    temperature = TEMPERATURE if options.temperature is None else options.temperature
    draws = Draws(temperature=temperature, seed=seed)
    written = list(predictor.writer.poems(conditions, draws))
    heard = sounds.Sounds(predictor.readings)
    if options.rhymes is not None:
        heard = sounds.of_table(Path(options.rhymes), predictor.readings)
    lines = {line for poem in trained for line in poem.lines}
    sound = [each.lines for each in written if each.has_form]
    figures = {
        "form": sum(each.has_form for each in written) / len(written),
        "poems": len(written),
        **figures_of(sound, heard, lines if trained else None),
    }
    beside = figures_of([list(p.lines) for p in poems if p.form in FORMS], heard, None)
    return {"written": figures, "real": beside}
