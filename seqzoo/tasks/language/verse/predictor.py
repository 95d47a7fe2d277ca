"""Use a trained model of verse: write poems, and say how likely texts are."""

import functools
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seqzoo.artifact.folder import Artifact
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.verse import parts
from seqzoo.errors import InputError, unknown_name
from seqzoo.tasks import options
from seqzoo.tasks.language.predictor import ROW, LanguageModel
from seqzoo.tasks.language.steps import Steps
from seqzoo.tasks.language.verse import sounds, writing
from seqzoo.tasks.language.verse.demands import Demands
from seqzoo.tasks.language.verse.options import AUTO, TEMPERATURE, VerseOptions
from seqzoo.tasks.language.verse.text import NAMES, READINGS, TRAINED, Condition, text_of
from seqzoo.text import mandarin
from seqzoo.text.running import END

if TYPE_CHECKING:
    from seqzoo.diagnosis import Finding

BATCH = 64  # poems that `doctor` reads


class Verse(LanguageModel):
    """A language model of verse.

    Args:
        folder: an artifact of this task.

    Attributes:
        writer: writes by the network alone.
    """

    def __init__(self, folder: Path | Artifact):
        super().__init__(folder)
        self.writer = writing.Writer(Steps(self.reading), self.unit, self.vocabulary)
        self._whole = functools.lru_cache(maxsize=1)(parts.whole)

    @property
    def dynasties(self) -> list[str]:
        """Those that it was trained on with."""
        return list(self.config["text"].get(TRAINED, ()))

    @functools.cached_property
    def readings(self) -> dict[str, str]:
        """The reading of each character, from the artifact, else from `pypinyin`.

        Raises:
            InputError: if the artifact has none, and `pypinyin` is not installed.
        """
        if READINGS in self.artifact.names:
            return mandarin.load(self.artifact.path(READINGS))
        known = [token for token in self.vocabulary.tokens if len(token) == 1]
        return mandarin.readings_of(known)

    def about(self) -> dict[str, Any]:
        """Forms, dynasties, groups of rhymes and the usual temperature, for the page."""
        return {
            "temperature": TEMPERATURE,
            "forms": NAMES,
            "dynasties": self.dynasties,
            "rhymes": list(mandarin.GROUPS),
        }

    def batch(self, path: Path, asked: Form | None = None) -> dict[str, np.ndarray]:
        """`tokens` of poems, one behind the other, int32 (rows, time), and states of zero.

        Args:
            path: of a file of poems.
            asked: its encoding, perhaps.

        Raises:
            InputError: if there is no poem, or something else is asked for.
        """
        poems = self._whole(path, self._encoding(asked))[:BATCH]
        tokens = [[*self.unit.tokens(text_of(poem)), END] for poem in poems]
        ids = self.vocabulary.encode(itertools.chain.from_iterable(tokens))
        steps = min(len(ids), ROW)
        rows = ids[: len(ids) // steps * steps].reshape(-1, steps)  # (rows, steps)
        return {"tokens": rows, **self.reading.first_states(len(rows))}

    def _encoding(self, asked: Form | None) -> str | None:
        if asked is not None and (asked.delimiter or asked.columns or asked.places):
            raise InputError("--data: poems have no columns; expected --encoding alone")
        return None if asked is None else asked.encoding

    def sicknesses(self, path: Path, asked: Form | None = None) -> "list[Finding]":
        """What is wrong with poems that it writes; see `diagnosis`."""
        from seqzoo.tasks.language.verse.diagnosis import findings

        return list(findings(self, self._whole(path, self._encoding(asked))))

    def poems(self, **given: Any) -> Iterator[writing.Written]:
        """Write poems.

        Args:
            given: fields of `VerseOptions`.

        Raises:
            InputError: on an unknown option, a value out of its range, or demands that clash.
        """
        asked = options.replaced(VerseOptions(), **given)
        assert isinstance(asked, VerseOptions)
        return self._poems(asked)

    def generate(self, prompt: str = "", *args: Any, **given: Any) -> Iterator[str]:
        """Write poems, a piece each: joined, the pieces are the text, or lines of JSON.

        Args:
            prompt: must be empty: `first` begins a poem.
            args: none.
            given: see `poems`.

        Raises:
            InputError: see `poems`; on a prompt.
        """
        if prompt or args:
            raise InputError("prompt: expected none; first says what a poem begins with")
        asked = options.replaced(VerseOptions(), **given)
        assert isinstance(asked, VerseOptions)
        found = self._poems(asked)
        if not asked.json:
            return writing.to_text(found)
        heard = self._sounds(asked)
        return (
            ("\n" if number else "")
            + json.dumps(writing.to_json(poem, heard), ensure_ascii=False)
            for number, poem in enumerate(found)
        )

    def unread(self, given: dict[str, Any]) -> dict[str, list[str]]:
        """The characters of the title that the model reads as `<unk>`; see `LanguageModel.unread`."""
        title = given.get("title") or ""
        return {"title": self.unknown(title)}

    def _poems(self, asked: VerseOptions) -> Iterator[writing.Written]:
        condition = self._condition(asked)
        constraints = None
        if asked.free:
            self._check_free(asked)
        else:
            needed = asked.rhyme or asked.rhyme_group is not None or asked.tones
            heard = self._sounds(asked) if needed else None
            demands = Demands(condition, asked, self.vocabulary, heard)
            constraints = demands.constraints()
        if asked.beam is not None:
            return self.writer.searched(condition, asked.n, asked.beam, constraints)
        temperature = TEMPERATURE if asked.temperature is None else asked.temperature
        draws = writing.Draws(temperature, asked.top_k, asked.top_p, asked.seed)
        conditions = itertools.repeat(condition, asked.n)
        return self.writer.poems(conditions, draws, constraints)

    def _condition(self, asked: VerseOptions) -> Condition:
        trained = self.dynasties
        if asked.dynasty not in (AUTO, *trained):
            raise unknown_name("dynasty", asked.dynasty, [AUTO, *trained])
        dynasty = asked.dynasty
        if dynasty == AUTO:
            dynasty = trained[0] if trained else ""
        condition = Condition(asked.form, asked.title or "", dynasty)
        condition.check()
        return condition

    def _check_free(self, asked: VerseOptions) -> None:
        """Refuse demands beside `free`, which would play no part."""
        for name in ("first", "acrostic", "lines", "keyword", "rhyme", "rhyme_group", "tones",
                     "forbid", "pattern", "rhymes"):  # fmt: skip
            if getattr(asked, name):
                raise InputError(f"{name}: beside free it plays no part")
        if not asked.repeat:
            raise InputError("repeat: beside free it plays no part")

    def _sounds(self, asked: VerseOptions) -> sounds.Sounds:
        if asked.rhymes is not None:
            return sounds.of_table(Path(asked.rhymes), self.readings)
        return sounds.Sounds(self.readings)
