"""The words of a segmenter's training: those in long words are parts, those of letters are kept whole."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from seqzoo.tasks.tagging.dictionary import Dictionary, LetterWords, letter_words, narrowed
from seqzoo.tasks.tagging.reader_dictionary import expanded
from seqzoo.tasks.tagging.rules import LETTERS
from seqzoo.tasks.tagging.words import Words
from seqzoo.text.kinds import AMOUNT, HAN, SPACE, simplified

FILE = "words.txt"
OFTEN = 2  # a rarer word may be a slip of the corpus
LONGEST = 8
_WORD = re.compile(f"[{HAN}{AMOUNT}A-Za-zé]+")
_HAN = re.compile(f"[{HAN}{AMOUNT}]")


def lexicon_of(words: Iterable[str]) -> list[str]:
    """The words that come often enough, of 2 to 8 Han characters or letters, one of them Han, sorted."""
    counts = Counter(word for word in words if 2 <= len(word) <= LONGEST)
    return sorted(
        word for word, count in counts.items() if count >= OFTEN and _is_known(word)
    )


def _is_known(word: str) -> bool:
    simple = simplified(word)
    return bool(_WORD.fullmatch(simple) and _HAN.search(simple))


def letters_of(words: Sequence[str]) -> LetterWords:
    """The words of letters and Han characters among some, and those that every segmenter knows."""
    # All at once: a model's words are read at each start.
    simple = simplified("\n".join(words)).split(SPACE)
    pairs = zip(words, simple, strict=True) if words else ()
    own = {narrowed(word) for word, each in pairs if LETTERS.search(each)}
    return LetterWords(letter_words().words | own)


class Parts:
    """Long words and their parts, as a search engine's index has them.

    Args:
        words: those of the training.
        dictionary: the user's; None: there is none.
    """

    def __init__(self, words: Iterable[str], dictionary: Dictionary | None = None):
        self._known = [Dictionary(dict.fromkeys(words))]
        if dictionary is not None:
            self._known.append(dictionary)

    def expanded(self, text: str, words: Words) -> Words:
        """The words of a text, before each of three characters or more the known words within it.

        Args:
            text: the text.
            words: start and end of its words.
        """
        return expanded(text, words, self._known)
