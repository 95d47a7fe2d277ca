"""The language models that a search of transcripts reckons with: n-grams of a file, or a trained network."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from seqzoo.artifact import Artifact
from seqzoo.artifact.finished import find
from seqzoo.decoding.ngram import NGram
from seqzoo.decoding.scorers import CharacterScorer, Scorer, WordScorer
from seqzoo.errors import InputError
from seqzoo.tasks import task_of
from seqzoo.tasks.continuations import Continuations
from seqzoo.tasks.speech import words
from seqzoo.tasks.speech.symbols import SPACE


class Scores(Protocol):
    """A language model that a search may ask."""

    def scorer(self, symbols: Sequence[str], weight: float, bonus: float) -> Scorer:
        """What scores transcripts of some symbols.

        Args:
            symbols: characters, the blank first.
            weight: of the model's logarithms.
            bonus: of each word.

        Raises:
            InputError: if the model does not fit the symbols.
        """
        ...


class WordGrams(NamedTuple):
    """N-grams of words.

    Attributes:
        name: what the user calls them.
        model: the n-grams.
        tokens: their words.
    """

    name: str
    model: NGram
    tokens: list[str]

    def scorer(self, symbols: Sequence[str], weight: float, bonus: float) -> Scorer:
        """See `Scores`."""
        _check_space(self.name, symbols)
        return WordScorer(self.model, self.tokens, symbols, weight=weight, bonus=bonus)


class Network(NamedTuple):
    """A trained language model, of characters or of words.

    Attributes:
        name: what the user calls it.
        model: what follows what.
    """

    name: str
    model: Continuations

    def scorer(self, symbols: Sequence[str], weight: float, bonus: float) -> Scorer:
        """See `Scores`."""
        model = self.model
        written = [each.lower() if model.lowercase else each for each in symbols]
        if not model.of_characters:
            _check_space(self.name, symbols)
            marks = {"begin": model.begin, "end": model.end, "unknown": model.unknown}
            return WordScorer(
                model.tokens, model.words, written, weight=weight, bonus=bonus, **marks
            )
        ids = {word: id for id, word in enumerate(model.words)}
        unknown = ids[model.unknown]
        return CharacterScorer(
            model.tokens,
            [ids.get(each, unknown) for each in written],
            space=symbols.index(SPACE) if SPACE in symbols else None,
            begin=ids[model.begin],
            end=ids[model.end],
            weight=weight,
            bonus=bonus,
        )


def opened(name: str) -> Scores:
    """A language model: an ARPA file of words; or a trained one, its folder or name.

    Raises:
        InputError: if there is none of that name, it cannot be read, or is no language model.
    """
    path = Path(name).expanduser()
    if path.suffix == ".arpa" or (path.is_file() and path.suffix != ".zip"):
        return WordGrams(name, *words.read(path))
    try:
        artifact = Artifact(find(name))
    except InputError as error:
        raise InputError(f"language_model: {error}") from error
    task = task_of(artifact.config["task"], f"{artifact.folder}: task")
    return Network(name, task.predictor_class()(artifact).continuations())


def _check_space(name: str, symbols: Sequence[str]) -> None:
    """Refuse a model of words, where each transcript is one word.

    Raises:
        InputError: naming the model.
    """
    if SPACE not in symbols:
        raise InputError(
            f"{name}: expected a network with a space among its symbols; each transcript of this one is "
            "one word"
        )
