"""An n-gram model with back-off: how likely each next token is, given the tokens before it.

What is not stored is reckoned by backing off (Katz 1987): p(w | h) = b(h) p(w | h'), where h' is h without
its first token and b(h) its weight, 1 where h is unknown. Interpolated models have this form, too, if what is
stored are their interpolated probabilities. `kneser_ney` counts such a model, `arpa` reads and writes one.

The n-grams are the nodes of a tree: the child of h by w is the n-gram hw. Nodes are numbered by length, and
within a length by parent and token. So the keys `parent * size + token` of all nodes are sorted, and a child
is found by bisection, any number of them at once.
"""

from collections.abc import Iterable, Sequence

import numpy as np

ROOT = 0  # the node of no token at all
BLOCK = 2**18  # tokens of a stream scored together


class NGram:
    """N-grams of ids with their probabilities; all logarithms are natural, float64.

    Args:
        size: ids of the vocabulary.
        lengths: number of the n-grams of one token, of two, ...; of one token there are `size`.
        keys: `parent * size + token` of each node but the root, int64 (nodes,), ascending.
        log_probs: log p(last token | those before it) of each node but the root, float64 (nodes,).
        backoffs: log b of each node but the root, float64 (nodes,); 0 where it is the context of nothing.

    Attributes:
        size: that.
        lengths: that.
        keys: that.
        log_probs, backoffs: of all nodes, the root among them, float64 (1 + nodes,).
        suffixes: for each node that of the longest known n-gram which it ends with, int64 (1 + nodes,).

    Raises:
        ValueError: if these do not fit together.
    """

    def __init__(
        self,
        size: int,
        lengths: Sequence[int],
        keys: np.ndarray,
        log_probs: np.ndarray,
        backoffs: np.ndarray,
    ):
        self.size, self.lengths = size, tuple(map(int, lengths))
        self.keys = np.asarray(keys, np.int64)
        self._starts = 1 + np.cumsum([0, *self.lengths])  # first node of each length
        self._check(log_probs, backoffs)
        self.log_probs = np.concatenate([[0.0], np.asarray(log_probs, np.float64)])
        self.backoffs = np.concatenate([[0.0], np.asarray(backoffs, np.float64)])
        self.suffixes = self._suffixes()

    def _check(self, log_probs: np.ndarray, backoffs: np.ndarray) -> None:
        count = len(self.keys)
        if not {sum(self.lengths), len(log_probs), len(backoffs)} == {count}:
            raise ValueError("n-grams: expected a key and two numbers of each")
        unigrams = np.arange(self.size)
        if not np.array_equal(self.keys[: self.lengths[0]], unigrams):
            raise ValueError("n-grams: expected every id of the vocabulary among them")
        bounds = zip(self._starts[:-2], self._starts[1:-1], self._starts[2:], strict=True)
        for before, start, stop in bounds:
            parents = self.keys[start - 1 : stop - 1] // self.size
            if not np.all((before <= parents) & (parents < start)):
                raise ValueError("n-grams: expected the beginning of each among them")
        if np.any(np.diff(self.keys) <= 0):
            raise ValueError("n-grams: expected each once, in order")

    def _suffixes(self) -> np.ndarray:
        """The node of the longest known proper suffix of each node, int64 (1 + nodes,)."""
        suffixes = np.zeros(1 + len(self.keys), np.int64)
        for start, stop in zip(self._starts[1:-1], self._starts[2:], strict=True):
            parents, tokens = np.divmod(self.keys[start - 1 : stop - 1], self.size)
            contexts, left = suffixes[parents], np.arange(stop - start)
            # A suffix of a suffix is tried where the longer one goes on with no such token.
            while len(left):
                nodes = self.child(contexts[left], tokens[left])
                known = nodes > ROOT
                suffixes[start + left[known]] = nodes[known]
                left = left[~known]
                contexts[left] = suffixes[contexts[left]]
        return suffixes

    @property
    def order(self) -> int:
        """Tokens of the longest n-grams."""
        return len(self.lengths)

    def child(self, nodes: np.ndarray, tokens: np.ndarray) -> np.ndarray:
        """The n-grams that go on with one more token, int64 (rows,); the root, 0, where there is none.

        Args:
            nodes: int64 (rows,).
            tokens: ids, int (rows,).
        """
        keys = nodes * self.size + tokens
        places = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[places] == keys, places + 1, ROOT)

    def state(self, tokens: Iterable[int]) -> int:
        """The state behind some tokens: the longest known context that they end with."""
        states = np.array([ROOT])
        for token in tokens:
            states = self.advanced(states, np.array([token]))
        return int(states[0])

    def advanced(self, states: np.ndarray, tokens: np.ndarray) -> np.ndarray:
        """The states behind one more token each, int64 (rows,).

        Args:
            states: int64 (rows,).
            tokens: ids, int (rows,).
        """
        contexts, result = states.copy(), np.zeros(len(states), np.int64)
        left = np.arange(len(states))
        while len(left):
            nodes = self.child(contexts[left], tokens[left])
            known = nodes > ROOT
            result[left[known]] = nodes[known]
            left = left[~known]
            contexts[left] = self.suffixes[contexts[left]]
        # The longest n-grams are the context of nothing.
        return np.where(result >= self._starts[-2], self.suffixes[result], result)

    def log_prob(self, states: np.ndarray, tokens: np.ndarray) -> np.ndarray:
        """log p(token | state), float64 (rows,); minus infinity of tokens that never come.

        Args:
            states: int64 (rows,).
            tokens: ids, int (rows,).
        """
        contexts, result = states.copy(), np.zeros(len(states))
        left = np.arange(len(states))
        while len(left):
            nodes = self.child(contexts[left], tokens[left])
            known = nodes > ROOT
            result[left[known]] += self.log_probs[nodes[known]]
            left = left[~known]
            result[left] += self.backoffs[contexts[left]]
            contexts[left] = self.suffixes[contexts[left]]
        return result

    def log_probs_of(self, state: int) -> np.ndarray:
        """log p of every token behind a state, float64 (size,): their probabilities sum to 1."""
        chain = [state]
        while chain[-1] != ROOT:
            chain.append(int(self.suffixes[chain[-1]]))
        result = self.log_probs[1 : 1 + self.size].copy()
        for node in reversed(chain[:-1]):
            first, last = np.searchsorted(
                self.keys, [node * self.size, (node + 1) * self.size]
            )
            result += self.backoffs[node]
            tokens = self.keys[first:last] - node * self.size
            result[tokens] = self.log_probs[1 + first : 1 + last]
        return result

    def losses(self, ids: np.ndarray, begin: int) -> np.ndarray:
        """-log p of each token of a stream, given those before it, float64 (time,).

        Args:
            ids: int (time,).
            begin: the id that stands before the first.
        """
        result = np.empty(len(ids))
        states = self.contexts(ids, begin)
        for start in range(0, len(ids), BLOCK):
            part = slice(start, start + BLOCK)
            result[part] = -self.log_prob(states[part], np.asarray(ids[part], np.int64))
        return result

    def contexts(self, ids: np.ndarray, begin: int) -> np.ndarray:
        """The state before each token of a stream, int64 (time,).

        Args:
            ids: int (time,).
            begin: the id that stands before the first.
        """
        given = np.concatenate([[begin], ids]).astype(np.int64)  # (1 + time,)
        result = np.empty(len(ids), np.int64)
        for start in range(0, len(ids), BLOCK):
            stop = min(start + BLOCK, len(ids))
            first = max(0, start - max(self.order - 2, 0))
            result[start:stop] = self._states(given[first:stop])[start - first :]
        return result

    def _states(self, tokens: np.ndarray) -> np.ndarray:
        """The state behind each of some tokens, int64 (time,)."""
        states = longest = tokens + 1  # the n-gram of one token
        if self.order == 1:
            return np.zeros(len(tokens), np.int64)
        for _ in range(2, self.order):
            nodes = self.child(longest[:-1], tokens[1:])
            nodes[longest[:-1] == ROOT] = ROOT
            longest = np.concatenate([[ROOT], nodes])
            states = np.where(longest > ROOT, longest, states)
        return states
