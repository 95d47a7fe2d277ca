"""Stories as ids: sentences of words without punctuation, the latest sentence first."""

from collections.abc import Iterable, Sequence

import numpy as np

from seqzoo.datasets.stories.story import Story
from seqzoo.text.tokenizer import Tokenizer
from seqzoo.text.vocabulary import UNK, Vocabulary

WORDS, ANSWERS = "vocabulary.txt", "answers.txt"


class Text:
    """Stories as ids.

    Args:
        vocabulary: of words.
        answers: names of the classes.
        unit: see `Tokenizer`.
    """

    def __init__(self, vocabulary: Vocabulary, answers: Sequence[str], unit: str):
        self.vocabulary, self.unit = vocabulary, unit
        self.answers = list(answers)
        self.places = {answer: place for place, answer in enumerate(self.answers)}
        self._tokenizer = Tokenizer(unit, True)

    @classmethod
    def of(cls, stories: Iterable[Story], unit: str) -> "Text":
        """Words and answers of training stories."""
        kept = list(stories)
        said = dict.fromkeys(
            text for story in kept for text in (*story.sentences, story.question)
        )
        tokenizer = Tokenizer(unit, True)
        vocabulary = Vocabulary.build([words_of(text, tokenizer) for text in said])
        return cls(vocabulary, sorted({story.answer for story in kept}), unit)

    def __len__(self) -> int:
        return len(self.vocabulary)

    def words(self, text: str) -> list[str]:
        """The words of a sentence, in small letters."""
        return words_of(text, self._tokenizer)

    def question(self, text: str) -> np.ndarray:
        """Ids of a question, int32 (words,); one unknown word where it has none."""
        return self.vocabulary.encode(self.words(text) or [""])

    def story(self, sentences: Sequence[str], width: int | None = None) -> np.ndarray:
        """Ids of a story, the latest sentence first, int32 (sentences, words), 0 on the right.

        Args:
            sentences: the oldest first.
            width: words that there is room for; None: as many as the longest sentence has.
        """
        rows = [
            self.vocabulary.ids(self.words(each)) or [UNK] for each in reversed(sentences)
        ]
        found = np.zeros((len(rows), width or max(map(len, rows))), np.int32)
        for place, row in zip(found, rows, strict=True):
            place[: len(row)] = row
        return found

    def unknown(self, texts: Iterable[str]) -> list[str]:
        """Words that no training story has, each once."""
        words = (word for text in texts for word in self.words(text))
        return [
            word for word in dict.fromkeys(words) if self.vocabulary.ids([word]) == [UNK]
        ]


def words_of(text: str, tokenizer: Tokenizer) -> list[str]:
    """The tokens of a sentence that have a letter or a digit."""
    return [token for token in tokenizer(text) if any(map(str.isalnum, token))]
