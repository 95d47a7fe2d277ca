"""Texts of several sentences, for a translator that was trained on single ones.

Such a translator merges two sentences into one of them. So they are translated one by one, and joined.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from seqzoo.tasks.translation.decoding_settings import Search
from seqzoo.tasks.translation.inference import LONGEST_SOURCE, Translating, Translation
from seqzoo.text.sentences import sentences
from seqzoo.text.vocabulary import EOS, UNK

SEVERAL = "several_sentences"  # of the settings of texts: the share of training texts with more than one
FEW = 0.05  # of them, below which a translator was trained on single sentences
EAST_ASIAN = ("char", "zh")  # how BLEU cuts targets that are written without spaces

Item = tuple[str, np.ndarray]  # a text and its ids, int32 (time,)


def share_of_several(texts: Iterable[str]) -> float:
    """The share of texts with more than one sentence."""
    several = [len(sentences(text)) > 1 for text in texts]
    return round(sum(several) / max(1, len(several)), 4)


class BySentence:
    """The translations of texts, the sentences of a text one by one if that is how the model was trained.

    Args:
        translating: the model.
        text: how texts become ids, of the artifact's `config.json`.

    Attributes:
        single: whether the model was trained on single sentences.
    """

    def __init__(self, translating: Translating, text: dict):
        self.translating = translating
        # The turns of a talk belong together.
        self.single = text.get(SEVERAL, 1.0) < FEW and not text.get("context")
        self._between = "" if text.get("tokenize") in EAST_ASIAN else " "

    def __call__(self, items: Sequence[Item], search: Search) -> list[list[Translation]]:
        """The best translations of texts; those of several sentences have `parts`.

        Several translations of a text, drawn ones, and those that demands are made on, are of the text as a
        whole.

        Args:
            items: the texts and their ids.
            search: how they are translated.

        Returns:
            For each text its translations, best first; none if there is none within the limits.
        """
        drawn = search.seed is not None
        if not self.single or search.n_best > 1 or drawn or search.wanted:
            return self.translating(items, search)
        cut = [self.cut(*item) for item in items]
        every = [part for parts in cut for part in parts]
        found = iter(self.translating(every, search))
        return [self._joined([next(found) for _ in parts]) for parts in cut]

    def cut(self, text: str, ids: np.ndarray) -> list[Item]:
        """The sentences of a text with their ids; the text itself, if one has no piece that is known."""
        found = sentences(text) if self.single else [text]
        if len(found) < 2:
            return [(text, ids)]
        parts = [(each, self.translating.encode(each)) for each in found]
        if all(np.any((each != UNK) & (each != EOS)) for _, each in parts):
            return parts
        return [(text, ids)]

    def _joined(self, found: list[list[Translation]]) -> list[Translation]:
        """One translation of what was found for each sentence of a text."""
        if len(found) == 1 or not all(found):
            return found[0] if len(found) == 1 else []
        parts = tuple(best[0] for best in found)
        return [
            Translation(
                self._between.join(part.text for part in parts),
                tuple(token for part in parts for token in part.tokens),
                sum(part.log_prob for part in parts),
                sum(part.score for part in parts),
                parts,
            )
        ]

    def aligned(
        self, items: Sequence[tuple[Item, Translation]]
    ) -> Iterator[dict[str, list]]:
        """What each piece of some translations attended to; see `Translating.aligned`.

        A piece of one sentence attends to nothing of the others.

        Args:
            items: texts with their ids, and translations of them.

        Raises:
            InputError: if the model has no attention.
        """
        cut = [
            list(zip(self.cut(*item), best.parts, strict=True))
            if best.parts
            else [(item, best)]
            for item, best in items
        ]
        pairs = [(ids, best.tokens) for parts in cut for (_, ids), best in parts]
        found = iter(self.translating.aligned(pairs))
        for parts in cut:
            yield _side_by_side([next(found) for _ in parts])

    def likelihoods(self, texts: Sequence[str], search: Search) -> list[float]:
        """The mean log-probability in nats of a token of each text's best translation.

        Args:
            texts: of one kind; those without a translation, and those too long, are left out.
            search: how they are translated.
        """
        encoded = [(text, self.translating.encode(text)) for text in texts]
        items = [(text, ids) for text, ids in encoded if 1 < len(ids) <= LONGEST_SOURCE]
        return [best[0].likelihood for best in self(items, search) if best]


def _side_by_side(found: list[dict[str, list]]) -> dict[str, list]:
    """The alignments of a text's sentences as those of the text."""
    total = sum(len(each["source_pieces"]) for each in found)
    joined: dict[str, list] = {"source_pieces": [], "target_pieces": [], "alignments": []}
    for each in found:
        before = [0.0] * len(joined["source_pieces"])
        for row in each["alignments"]:
            behind = [0.0] * (total - len(before) - len(row))
            joined["alignments"].append([*before, *row, *behind])
        joined["source_pieces"] += each["source_pieces"]
        joined["target_pieces"] += each["target_pieces"]
    return joined
