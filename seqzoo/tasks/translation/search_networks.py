"""The best translation by a beam, in NumPy, one step of the decoder at a time."""

import numpy as np
from runtime import Network

PAD, UNKNOWN, START, END = range(4)


class Search:
    """As the model's own: `beam_size` beginnings, scores of log-probabilities over ((5 + length) / 6)^penalty
    (Wu et al. 2016, eq. 14)."""

    def __init__(self, folder, text):
        self.encoder, self.step = Network(folder, "encoder"), Network(folder, "step")
        self.size, self.ratio = text["search"]["beam_size"], text["length_ratio"]
        self.penalty = text["search"]["length_penalty"]

    def best(self, ids):
        """Score, ids, and the attention of each step where there is one."""
        size, limit = self.size, int(2 * self.ratio * len(ids)) + 10
        encoded = self.encoder.run({"source": np.array([ids], np.int32)})
        state = {name: np.repeat(value, size, axis=0) for name, value in encoded.items()}
        totals, rows, looks, ended = (
            np.full(size, -np.inf, np.float32),
            [[]] * size,
            [[]] * size,
            [],
        )
        totals[0], tokens = 0.0, np.full((size, 1), START, np.int32)
        for t in range(limit + 1):
            outputs = self.step.run({"token": tokens, **state})
            every = totals[:, None] + outputs["log_probs"]
            every[
                :, [PAD, START] if t < limit else np.arange(every.shape[1]) != END
            ] = -np.inf
            divisor, kept = self.divisor(t + 1), []
            for rank, (parent, id) in enumerate(_largest(every, 2 * size)):
                look = (
                    [*looks[parent], outputs["alignments"][parent]]
                    if "alignments" in outputs
                    else []
                )
                if id == END and rank < size and np.isfinite(every[parent, id]):
                    ended.append((every[parent, id] / divisor, rows[parent], look))
                elif id != END and len(kept) < size:
                    kept.append((parent, id, look))
            ended = sorted(ended, key=lambda one: -one[0])[:size]
            totals = np.array([every[parent, id] for parent, id, _ in kept])
            worst = ended[-1][0] if len(ended) == size else -np.inf
            if totals[0] / divisor <= worst or (
                ended and totals.max() / self.divisor(limit + 1) <= ended[0][0]
            ):
                break
            rows, looks = (
                [[*rows[p], int(id)] for p, id, _ in kept],
                [look for _, _, look in kept],
            )
            tokens = np.array([[id] for _, id, _ in kept], np.int32)
            places = [parent for parent, _, _ in kept]
            state = {
                name: outputs.get(f"next_{name}", value)[places]
                for name, value in state.items()
            }
        return ended[0]

    def divisor(self, length):
        return ((5.0 + length) / 6.0) ** self.penalty


def _largest(scores, count):
    """Row and column of the largest, in falling order."""
    flat = -scores.ravel()
    best = np.sort(np.argpartition(flat, min(count, len(flat) - 1))[:count])
    return [
        divmod(int(place), scores.shape[1])
        for place in best[np.argsort(flat[best], kind="stable")]
    ]
