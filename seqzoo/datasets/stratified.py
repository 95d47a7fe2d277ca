"""Cutting parts off the training examples: every class gives its share, and keeps an example to train on."""

from collections.abc import Mapping

import numpy as np

from seqzoo.errors import InputError


def drawn(keys: np.ndarray, seed: int) -> np.ndarray:
    """A number in [0, 2**64) for each key that depends on key and seed alone, uint64 (keys,).

    Args:
        keys: uint64 (keys,).
        seed: of the split.
    """
    # The finaliser of splitmix64 (Steele, Lea & Flood 2014).
    mixed = keys + np.uint64((seed + 1) * 0x9E3779B97F4A7C15 % 2**64)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def cut(
    keys: np.ndarray, labels: np.ndarray, shares: Mapping[str, float], seed: int
) -> dict[str, np.ndarray]:
    """The texts of each part that is cut off.

    Equal texts go to the same part, by the label of the first.

    Args:
        keys: of the texts, uint64 (examples,).
        labels: int32 (examples,).
        shares: part -> its share, with a sum below 1.
        seed: of the draw.

    Returns:
        Part -> keys, uint64 (texts,), sorted.

    Raises:
        InputError: if there are too few texts to give each part one.
    """
    texts, first = np.unique(keys, return_index=True)
    of_text = labels[first]
    order = np.lexsort((drawn(texts, seed), of_text))
    classes = np.split(order, np.flatnonzero(np.diff(of_text[order])) + 1)
    classes.sort(key=len, reverse=True)
    taken: dict[str, list[np.ndarray]] = {part: [] for part in shares}
    owed = dict.fromkeys(shares, 0.0)  # what rounding has kept from a part so far
    for rows in classes:
        begin = 0
        for part, share in shares.items():
            owed[part] += share * len(rows)
            most = min(int(np.ceil(share * len(rows))), len(rows) - 1 - begin)
            count = max(0, min(round(owed[part]), most))
            taken[part].append(rows[begin : begin + count])
            owed[part] -= count
            begin += count
    chosen = {part: np.concatenate(rows) for part, rows in taken.items()}
    _give_each_one(chosen, classes)
    return {part: np.sort(texts[rows]) for part, rows in chosen.items()}


def folds(keys: np.ndarray, labels: np.ndarray, count: int, seed: int) -> np.ndarray:
    """The fold in which each example is held out: every class is spread over the folds.

    Equal texts go to the same fold, by the label of the first. The only text of its class is never held out.

    Args:
        keys: of the texts, uint64 (examples,).
        labels: int32 (examples,).
        count: of folds, 2 or more.
        seed: of the draw.

    Returns:
        Numbers from 0, int64 (examples,); -1: never held out.

    Raises:
        InputError: if there are too few texts to give each fold one.
    """
    texts, first, text_of = np.unique(keys, return_index=True, return_inverse=True)
    of_text = labels[first]
    order = np.lexsort((drawn(texts, seed), of_text))
    alone = np.bincount(of_text)[of_text] == 1
    held = order[~alone[order]]
    if len(held) < count:
        raise InputError(
            f"--folds {count}: expected at most {len(held)}, the number of different training examples that "
            "share their class with others"
        )
    fold = np.full(len(texts), -1)
    # One class after the other, so that the folds' sizes differ by one at most.
    fold[held] = np.arange(len(held)) % count
    return fold[text_of]


def _give_each_one(chosen: dict[str, np.ndarray], classes: list[np.ndarray]) -> None:
    """Give a part that rounding left empty a text of the largest class.

    Raises:
        InputError: if no class has one to spare.
    """
    for part, rows in chosen.items():
        if len(rows):
            continue
        used = set(np.concatenate(list(chosen.values())).tolist())
        free = ([row for row in rows.tolist() if row not in used] for rows in classes)
        spare = next((rows for rows in free if len(rows) > 1), None)
        if spare is None:
            raise InputError(_too_few(len(chosen), classes))
        chosen[part] = np.array(spare[:1])


def _too_few(parts: int, classes: list[np.ndarray]) -> str:
    count = sum(map(len, classes))
    if count > parts:
        return (
            f"{count:,} different texts, each the only one of its class: expected two or more of some "
            "classes, one to learn by and one to measure on"
        )
    return (
        f"different texts: {count:,}; expected {parts + 1} at least, one for each part; "
        "--validation and --test are the shares that are held out"
    )
