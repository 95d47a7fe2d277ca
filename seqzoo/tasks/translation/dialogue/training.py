"""Training a translator over turns: its data and its scores; network and loss are a translator's."""

from pathlib import Path
from typing import Any

import keras

from seqzoo.pipeline.naive import Naive
from seqzoo.pipeline.prepared import kept
from seqzoo.system.files import write_json
from seqzoo.tasks.translation.data import TranslationTexts
from seqzoo.tasks.translation.dialogue import corpora, naive
from seqzoo.tasks.translation.dialogue.measure import likelihood, scores
from seqzoo.tasks.translation.dialogue.settings import Settings
from seqzoo.tasks.translation.training import preparation_of


class DialogueTexts(TranslationTexts):
    """Encoded turns and their answers; `baseline` is one of `naive.BASELINES`."""

    def save(self, folder: Path, model: keras.Model) -> None:
        """Write the subwords; and the commonest answer."""
        super().save(folder, model)
        if self.baseline != "none":
            answer = naive.Answers(self.pairs("train")).commonest()
            write_json(folder / naive.FILE, {"answer": answer})

    def endings(self, part: str) -> list[tuple[str, str]]:
        """Source and target of each dialogue's last turn."""
        return [
            (source, target) for source, target, last in kept(self.folder, part) if last
        ]

    def naive_answers(self, part: str) -> list[Naive]:
        """What the commonest answer, and that to the nearest turns, score on last turns."""
        if self.baseline == "none":
            return []
        tokenize = self._text["tokenize"]
        return naive.answers(self.pairs("train"), self.endings(part), tokenize)


def load(config: Settings, folder: Path) -> DialogueTexts:
    """The prepared dialogues, from `folder` if an earlier run has put them there.

    Raises:
        InputError: see `corpora.load` and `TranslationTexts.prepare`.
    """
    found = DialogueTexts.prepare(
        folder,
        corpora.load(config),
        preparation_of(config),
        batch_tokens=config.batch_tokens,
        epochs=config.epochs,
        baseline=config.baseline,
    )
    assert isinstance(found, DialogueTexts)
    return found


def evaluate(model: keras.Model, data: DialogueTexts, part: str) -> dict[str, Any]:
    """Scores of a model on a part of its own data: of all answers how likely they are; on test the model's
    own answers to the last turns, too."""
    translating = data.inference(model)
    found = likelihood(translating, data.pairs(part))
    if part == "test":
        tokenize = data.text_settings()["tokenize"]
        found |= scores(translating, data.endings(part), data.search, tokenize)
    return found
