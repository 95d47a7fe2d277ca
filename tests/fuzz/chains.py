"""Linear chains in NumPy, float64 and logarithms, one row and one step at a time: slow, and easy to check."""

import itertools

import numpy as np

from seqzoo.text import schemes

CONSTRAINTS = ("none", "eye", "left to right", "BMES", "random")


def log_sum(x, axis=None):
    """log(sum(exp(x))), -inf where nothing is."""
    return np.logaddexp.reduce(np.asarray(x, float), axis=axis)


def constraints(kind: str, tags: int, random) -> dict:
    """`allowed`, `starts` and `ends` of a CRF, bool; nothing says that there is a path."""
    if kind == "none":
        return {}
    if kind == "eye":
        return {"allowed": np.eye(tags, dtype=bool)}
    if kind == "left to right":
        first, last = np.arange(tags) == 0, np.arange(tags) == tags - 1
        return {
            "allowed": np.triu(np.tri(tags, k=1, dtype=bool)),
            "starts": first,
            "ends": last,
        }
    if kind == "BMES":
        names = [f"{role}-{label}" for label in "xy" for role in "BMES"]
        starts, allowed, ends = schemes.legal(names, "BMES")
        return {
            "allowed": np.array(allowed),
            "starts": np.array(starts),
            "ends": np.array(ends),
        }
    flags = {
        "allowed": random.random((tags, tags)) < 0.5,
        "starts": random.random(tags) < 0.5,
        "ends": random.random(tags) < 0.5,
    }
    for flag in flags.values():
        flag.flat[random.integers(flag.size)] = True
    return flags


def potentials_of(emissions, mask, start, transitions, end):
    """The real steps of one row, float64 (steps, tags, tags); the first as if behind any tag."""
    emissions = np.asarray(emissions, np.float64)[mask]
    steps = emissions[:, None, :] + np.asarray(transitions, np.float64)
    if len(steps):
        steps[0] = emissions[0] + start
        steps[-1] = steps[-1] + end
    return steps


def forwards(steps):
    """Log weights of the beginnings that end in each tag, (steps, tags)."""
    alpha = np.full(steps.shape[1], -np.inf)
    alpha[0] = 0
    result = []
    for step in steps:
        alpha = log_sum(alpha[:, None] + step, axis=0)
        result.append(alpha)
    return np.array(result).reshape(len(steps), steps.shape[1])


def backwards(steps):
    """Log weights of what may follow each tag, (steps, tags)."""
    beta = np.zeros(steps.shape[1])
    result = [beta]
    for step in steps[:0:-1]:
        beta = log_sum(step + beta, axis=1)
        result.append(beta)
    return np.array(result[::-1])[: len(steps)]


def log_partition(steps) -> float:
    """The log of the sum of all paths' weights."""
    return float(log_sum(forwards(steps)[-1])) if len(steps) else 0.0


def pair_marginals(steps):
    """Probabilities of pairs, (steps, tags, tags); zeros where no path is."""
    total = log_partition(steps)
    if not len(steps) or total == -np.inf:
        return np.zeros(steps.shape)
    first = np.where(np.arange(steps.shape[1]) == 0, 0.0, -np.inf)
    before = np.concatenate([first[None], forwards(steps)[:-1]])
    return np.exp(before[:, :, None] + steps + backwards(steps)[:, None, :] - total)


def fitting(steps, allowed):
    """The steps without the tags that are not allowed, bool (steps, tags)."""
    return np.where(allowed[:, None, :], steps, -np.inf)


def log_likelihood(steps, allowed) -> float:
    """Log probability of the paths that are allowed."""
    some, every = log_partition(fitting(steps, allowed)), log_partition(steps)
    return -np.inf if -np.inf in (some, every) else some - every


def gradient(steps, allowed):
    """Of the log-likelihood, (steps, tags, tags); zeros where it is -inf."""
    if log_likelihood(steps, allowed) == -np.inf:
        return np.zeros(steps.shape)
    return pair_marginals(fitting(steps, allowed)) - pair_marginals(steps)


def weight(steps, path) -> float:
    """The log weight of a path."""
    pairs = zip([0, *path], path, strict=False)
    return float(sum(step[i, j] for step, (i, j) in zip(steps, pairs, strict=True)))


def best_weight(steps) -> float:
    """The log weight of the best path."""
    best = np.where(np.arange(steps.shape[1]) == 0, 0.0, -np.inf)
    for step in steps:
        best = (best[:, None] + step).max(axis=0)
    return float(best.max())


def best_weights(steps, n: int):
    """Log weights of the n best paths, best first, -inf where there are fewer: all paths, written out."""
    tags = steps.shape[1]
    every = [
        weight(steps, path) for path in itertools.product(range(tags), repeat=len(steps))
    ]
    return np.sort([*every, *[-np.inf] * n])[::-1][:n]
