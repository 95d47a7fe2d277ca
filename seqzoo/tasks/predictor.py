"""What all trained models share: lists and streams of inputs in, answers out."""

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, overload

import numpy as np

from seqzoo.artifact import Artifact
from seqzoo.datasets.reading.settings import Form
from seqzoo.errors import InputError
from seqzoo.system.files import read_json
from seqzoo.tasks import calls, inputs, on_keras, options, task_of, values
from seqzoo.tasks.arguments import Arguments
from seqzoo.tasks.base import Task
from seqzoo.tasks.continuations import Continuations
from seqzoo.tasks.file_reading import FileReading
from seqzoo.tasks.options import Options

if TYPE_CHECKING:
    import keras


class Predictor(FileReading):
    """A trained model that answers. Each task has a class of these.

    Args:
        folder: an artifact's, or the `Artifact`.

    Attributes:
        artifact: what it was read from.
        task: the `Task` it is of.
        arguments: what it was built with.
        config: every setting of the training.

    Raises:
        InputError: if the artifact is damaged, or no model of this class.
    """

    # The builder in `seqzoo.models`.
    BUILDER: ClassVar[str]
    # Setting of the inputs -> whether a value can be one.
    TEXT: ClassVar[dict[str, Callable[[Any], bool]]] = {}
    # Options without which `draw` has nothing to draw.
    FOR_DRAWING: ClassVar[dict[str, Any]] = {}
    # Whether what `generate` gives goes on from the prompt; else the prompt is no part of it.
    WRITES_ON: ClassVar[bool] = True
    # Options whose effect plain answers do not show.
    IN_JSON: ClassVar[tuple[str, ...]] = ()

    _loaded: tuple | None = None  # the model and its networks in Keras
    _preset: Options | None = None

    def __init__(self, folder: Path | Artifact):
        self.artifact = folder if isinstance(folder, Artifact) else Artifact(folder)
        self.config = self.artifact.config
        self.task: Task = task_of(self.config["task"], f"{self.artifact.folder}: task")
        for name, sound in self.TEXT.items():
            if name not in self.config["text"] or not sound(self.config["text"][name]):
                raise InputError(
                    f'{self.artifact.path("config.json")}: "text": expected a usable "{name}"'
                )
        if self.config["model"].get("builder") != self.BUILDER:
            raise InputError(
                f'{self.artifact.path("config.json")}: "model": expected a {self.BUILDER}'
            )
        self._lock = threading.RLock()
        if not self.artifact.graphs:
            on_keras.tell(self.artifact)
            self.networks  # noqa: B018, tells at once what is wrong with the files
        self.arguments: dict[str, Any] = Arguments(
            self.config["model"].get("arguments"), str(self.artifact.path("config.json"))
        )

    def __repr__(self) -> str:
        """Name, task, score on the test part and size."""
        size = sum(self.artifact.path(name).stat().st_size for name in self.artifact.names)
        scores = read_json(self.artifact.path("metrics.json")).get("test", {})
        figure = scores.get(self.task.score)
        score = "" if figure is None else f", test {self.task.score} {figure:.4f}"
        kind = type(self).__name__
        return (
            f"<{kind} {self.artifact.name}: {self.task.name}{score}, {size / 1e6:.1f} MB>"
        )

    def __reduce__(self) -> tuple:
        """A pickle has the folder alone: another process reads the model anew."""
        return type(self), (self.artifact.folder,)

    @property
    def model(self) -> "keras.Model":
        """The whole model in Keras, which is built when it is first asked for."""
        return self._live[0]

    @property
    def networks(self) -> "dict[str, keras.Model]":
        """What of the model is in the artifact's files, in Keras, by name."""
        return self._live[1]

    @property
    def _live(self) -> tuple:
        with self._lock:
            if self._loaded is None:
                self._loaded = on_keras.load(self.artifact)
            return self._loaded

    def network(self, name: str = "model", inner: int | None = None) -> Any:
        """What runs one of the networks: `seqzoo.engine.Network`, or, where the artifact has no graph
        of it, the network in Keras behind the same methods.

        Args:
            name: of the network.
            inner: threads of one run on the engine; see `seqzoo.engine.Network`.

        Raises:
            InputError: if the artifact's files are refused.
        """
        if name in self.artifact.graphs:
            return self.artifact.network(name, inner)
        from seqzoo.training.running import KerasNetwork

        return KerasNetwork(self.networks[name])

    def encode(self, item: Any, where: str) -> Any:
        """What the model needs of an input.

        Args:
            item: the input.
            where: it comes from; begins the message.

        Raises:
            InputError: if the input can't be used.
        """
        raise NotImplementedError

    def answers(self, items: Sequence[tuple], options: Any) -> list[dict[str, Any]]:
        """The answers to (input, what `encode` gave of it) pairs.

        Args:
            items: the pairs.
            options: of the task's class; see `options`.
        """
        raise NotImplementedError

    def to_plain(self, answer: dict[str, Any]) -> str:
        """An answer as plain text."""
        raise NotImplementedError

    def samples(self, count: int, longest: int) -> list:
        """Made inputs to try the model with, of 1 to `longest` steps each, the same every time."""
        raise NotImplementedError

    def network_rows(
        self, path: Path, asked: Form | None = None
    ) -> Iterator[dict[str, np.ndarray]]:
        """A file's examples as the network takes them: input name -> array, int (time,).

        Args:
            path: of the file.
            asked: how it is read; None: as it shows.

        Raises:
            InputError: if the file can't be read.
        """
        raise NotImplementedError

    def options(self, **given: Any) -> Any:
        """Options of an answer; what is not given is as `preset` has it, or as the model was measured.

        Raises:
            InputError: on an unknown option, a value out of its range, or one that this model can't grant.
        """
        defaults = self.task.options() if self._preset is None else self._preset
        return options.replaced(defaults, **given) if given else defaults

    def preset(self, **given: Any) -> None:
        """Set options for all answers that are not asked with others.

        Raises:
            InputError: see `options`.
        """
        self._preset = self.options(**given)

    def whole(self, options: Any) -> Any:
        """The same options, for an answer that has every field which another may have."""
        return options

    def effort(self, options: Any) -> float:
        """How many times the usual it takes to answer with some options, about."""
        return 1.0

    def about(self) -> dict[str, Any]:
        """What a server tells of the model beside its name and task: values for JSON."""
        return {}

    def generate(self, prompt: str = "", *args: Any, **given: Any) -> Iterator[str]:
        """Write on, piece by piece.

        Raises:
            InputError: always, but of models that write.
        """
        raise InputError(f"expected a model that writes; it is one of {self.task.name}")

    def continuations(self) -> Continuations:
        """What follows what, for a search that asks a language model.

        Raises:
            InputError: always, but of language models.
        """
        raise InputError(
            f"{self.artifact.name}: expected a language model; it is one of {self.task.name}"
        )

    @property
    def turns(self) -> int:
        """How many turns of a talk it reads; 0: it answers no talk."""
        return 0

    def reply(self, talk: Sequence[str], **given: Any) -> dict[str, Any]:
        """The answer to a talk: a dictionary with `answer`, and what `predict` gives beside.

        Args:
            talk: its turns, the oldest first.
            given: options of the answer.

        Raises:
            InputError: always, but of models that answer a talk.
        """
        raise InputError(f"expected a model that talks; it is one of {self.task.name}")

    def draw(self, answer: dict[str, Any], path: Path) -> None:
        """Draw an answer, a PNG file; it needs the options `FOR_DRAWING`.

        Raises:
            InputError: if the task has no picture.
        """
        raise InputError(f"--plot: {self.task.name} has no picture")

    def table(self, answer: dict[str, Any]) -> tuple[list[str], list[list[Any]]] | None:
        """An answer to a file as a table, names of columns and rows; None: it is none.

        Args:
            answer: to a file that is one input.
        """
        return None

    @overload
    def predict(self, items: str | bytes | Path, **given: Any) -> dict[str, Any]: ...
    @overload
    def predict(self, items: Iterator[Any], **given: Any) -> Iterator[dict[str, Any]]: ...
    @overload
    def predict(self, items: Iterable[Any], **given: Any) -> list[dict[str, Any]]: ...

    def predict(self, items: Any, **given: Any) -> Any:
        """Answer inputs: a dictionary for each, with `text` in it where they are texts.

        Args:
            items: a list of texts, or of whatever the model reads, whose answers are a list; a `Path` stands
                for the file's content. One alone has one answer. An iterator is answered as a stream, by
                another. Of a frame of pandas or polars, the column of texts is answered.
            given: options of the task, for this call.

        Raises:
            InputError: naming the first input that cannot be used, as `texts[i]`; on unusable options.
        """
        chosen = self.options(**given)
        if calls.is_one(items):
            return calls.one(self, items, chosen)
        if isinstance(items, Iterator):
            return calls.streamed(self, items, chosen)
        if calls.is_frame(items):
            records = self.open_inputs(items).records
            return list(self.predict_records(records, options=chosen))
        return calls.listed(self, items, chosen)

    def encoded(self, item: Any, where: str) -> Any:
        """As `encode`, of an input that is first checked to be one.

        Raises:
            InputError: if the input can't be used; `where` begins the message.
        """
        return self.encode(values.checked(item, self.READS, where), where)

    def from_json(self, value: Any, where: str) -> Any:
        """An input that came as JSON; see `seqzoo.tasks.inputs`.

        Raises:
            InputError: if it is of none of the kinds that the model reads; `where` begins the message.
        """
        return inputs.from_json(value, self.READS, where)

    def to_line(self, answer: dict[str, Any], plain: bool) -> str:
        """An answer, or a record of an error, as a line of output: JSON, or `plain` text."""
        if not plain:
            return json.dumps(answer, ensure_ascii=False)
        return f"error: {answer['error']}" if "error" in answer else self.to_plain(answer)
