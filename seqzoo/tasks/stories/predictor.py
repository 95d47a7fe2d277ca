"""Use a trained memory network: answers to questions about stories."""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from seqzoo.artifact import Artifact
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.stories.reading import of_object, read
from seqzoo.datasets.stories.story import Story
from seqzoo.errors import InputError
from seqzoo.system.files import read_lines
from seqzoo.tasks.predictor import Predictor
from seqzoo.tasks.samples import words_of
from seqzoo.tasks.stories import naive
from seqzoo.tasks.stories.inference import QUESTION, STORY, Inference, Pair, together
from seqzoo.tasks.stories.options import AnswerOptions
from seqzoo.tasks.stories.text import ANSWERS, WORDS, Text
from seqzoo.text.tokenizer import UNITS
from seqzoo.text.vocabulary import Vocabulary

if TYPE_CHECKING:
    from seqzoo.diagnosis import Finding

ROWS = 32  # questions of a file, for `doctor`
MOST_SENTENCES = 10_000  # of a story
GIVEN = ("story", "question")


class StoryReader(Predictor):
    """A memory network that answers questions about stories.

    An input is `{"story": [sentence, ...], "question": text}`, the oldest sentence first. An answer has
    `question`, `answer` and `prob`, its share; with `n_best` above 1 `answers`, a list of such; with
    `attention` a list for each hop of shares of the sentences, the oldest first. `unknown` are words of the
    input that no training story has, and `unread` is the number of old sentences for which there was no room;
    both only where there are some.

    Args:
        folder: an artifact of this task.

    Attributes:
        text: words and answers.
        inference: the network on ids.
        memory_size: sentences that are read, the latest ones.
        constant: the most frequent answer of the training.
    """

    READS: ClassVar[tuple[str, ...]] = ("json",)
    BUILDER: ClassVar[str] = "memory_network"
    TEXT: ClassVar[dict] = {"unit": lambda value: value in UNITS}
    FOR_DRAWING: ClassVar[dict] = {"attention": True}
    IN_JSON: ClassVar[tuple[str, ...]] = ("attention",)

    def __init__(self, folder: Path | Artifact):
        super().__init__(folder)
        words = self.artifact.path(WORDS)
        vocabulary = Vocabulary.load(words, self.arguments["vocab_size"])
        answers = read_lines(self.artifact.path(ANSWERS), self.arguments["num_answers"])
        self.text = Text(vocabulary, answers, self.config["text"]["unit"])
        self.inference = Inference(self.network())
        self.memory_size: int = self.arguments["memory_size"]
        (self.constant,) = read_lines(self.artifact.path(naive.FILE), 1)

    def encode(self, item: Any, where: str) -> Pair:
        """Ids of a story that is read, int32 (sentences, words), the latest first, and of its question.

        Raises:
            InputError: on what is no story with a question; `where` begins the message.
        """
        story = self.story(item, where)
        kept = story.sentences[-self.memory_size :]
        return self.text.story(kept), self.text.question(story.question)

    def story(self, item: Any, where: str) -> Story:
        """A story of a JSON value.

        Raises:
            InputError: on what is none, or a longer one than any.
        """
        story = of_object(item, where, GIVEN)
        if len(story.sentences) > MOST_SENTENCES:
            raise InputError(
                f"{where}: story: expected at most {MOST_SENTENCES:,} sentences; got {len(story.sentences):,}"
            )
        return story

    def answers(
        self, items: Sequence[tuple[Any, Pair]], options: AnswerOptions
    ) -> list[dict[str, Any]]:
        """Answers to questions, given with their ids."""
        found = self.inference([pair for _, pair in items])
        return [
            self._answer(item, logits, attention, options)
            for (item, _), (logits, attention) in zip(items, found, strict=True)
        ]

    def _answer(
        self, item: Any, logits: np.ndarray, attention: np.ndarray, options: AnswerOptions
    ) -> dict[str, Any]:
        shares = np.exp(logits.astype(np.float64) - logits.max())
        shares /= shares.sum()
        order = np.argsort(-shares, kind="stable")[: options.n_best]
        best = [
            {"answer": self.text.answers[place], "prob": float(shares[place])}
            for place in order
        ]
        answer: dict[str, Any] = {"question": item["question"].strip(), **best[0]}
        if options.n_best > 1:
            answer["answers"] = best
        if options.attention:
            answer["story"] = item["story"][-self.memory_size :]
            # The latest sentence comes last, as it was told.
            answer["attention"] = np.round(attention[:, ::-1].astype(float), 4).tolist()
        if unknown := self.text.unknown([*item["story"], item["question"]]):
            answer["unknown"] = unknown
        if (unread := len(item["story"]) - self.memory_size) > 0:
            answer["unread"] = unread
        return answer

    def to_plain(self, answer: dict[str, Any]) -> str:
        """The answer; with `n_best` above 1 several lines: answer, tab, share."""
        if "answers" not in answer:
            return answer["answer"]
        return "\n".join(
            f"{each['answer']}\t{each['prob']:.4f}" for each in answer["answers"]
        )

    def draw(self, answer: dict[str, Any], path: Path) -> None:
        """Draw what each hop read, a PNG file.

        Args:
            answer: with `attention`.
            path: of the picture.
        """
        from seqzoo.reports.hops import hops

        figure = hops(
            answer["story"], answer["question"], answer["answer"], answer["attention"]
        )
        figure.savefig(path, format="png", dpi=120)

    def about(self) -> dict[str, Any]:
        """`memory_size`, and an example to begin with."""
        return {"memory_size": self.memory_size}

    def samples(self, count: int, longest: int) -> list[dict[str, Any]]:
        """Made stories of known words in no order."""
        generator = random.Random(0)
        words = words_of(self.text.vocabulary)

        def sentence() -> str:
            size = generator.randint(1, 6)
            return " ".join(generator.choice(words) for _ in range(size)) + "."

        return [
            {
                "story": [sentence() for _ in range(generator.randint(1, longest))],
                "question": sentence(),
            }
            for _ in range(count)
        ]

    def network_rows(
        self, path: Path, asked: Form | None = None
    ) -> Iterator[dict[str, np.ndarray]]:
        """Each question of a file, as the network takes it, for `seqzoo doctor --data`."""
        self.refuse_form(asked)
        for stories in read(path).values():
            for story in stories:
                yield {
                    STORY: self.text.story(story.sentences),
                    QUESTION: self.text.question(story.question),
                }

    def batch(self, path: Path, asked: Form | None = None) -> dict[str, np.ndarray]:
        """The first questions of a file, as the network takes them; see `network_rows`."""
        pairs: list[Pair] = []
        for row in self.network_rows(path, asked):
            pairs.append((row[STORY], row[QUESTION]))
            if len(pairs) == ROWS:
                break
        story, question = together(pairs)
        return {STORY: story, QUESTION: question}

    def sicknesses(self, path: Path, asked: Form | None = None) -> list["Finding"]:
        """What is wrong with the answers to a file's questions; see `diagnosis`."""
        from seqzoo.tasks.stories.diagnosis import findings

        self.refuse_form(asked)
        return list(findings(self, path))
