"""What all trained models share: lists and streams of inputs in, answers out."""

import itertools
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from seqzoo.artifact import Artifact
from seqzoo.datasets.reading.layout import TEXTS, Layout
from seqzoo.datasets.reading.settings import Form
from seqzoo.errors import InputError
from seqzoo.pipeline.encoded import padded
from seqzoo.tasks import inputs, on_keras, options, reading, streams, task_of, values
from seqzoo.tasks.arguments import Arguments
from seqzoo.tasks.base import Task
from seqzoo.tasks.options import Options

if TYPE_CHECKING:
    import keras

ROWS = 32  # of a file, for `doctor`


def _is_frame(items: Any) -> bool:
    """Whether inputs are a frame of pandas or polars, or a dataset with columns."""
    if isinstance(items, (list, tuple)):
        return False
    from seqzoo.datasets.reading.frames import is_frame

    return is_frame(items)


class Predictor:
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

    # Kinds of inputs; see `seqzoo.tasks.inputs`.
    READS: ClassVar[tuple[str, ...]] = ("text",)
    # The columns of the tables that it is trained on; the first has its inputs.
    LAYOUT: ClassVar[Layout] = TEXTS
    # The builder in `seqzoo.models`.
    BUILDER: ClassVar[str]
    # Setting of the inputs -> whether a value can be one.
    TEXT: ClassVar[dict[str, Callable[[Any], bool]]] = {}
    # Options without which `draw` has nothing to draw.
    FOR_DRAWING: ClassVar[dict[str, Any]] = {}

    _loaded: tuple | None = None  # the model and its networks in Keras

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
        """Options of an answer; what is not given is as the model was measured.

        Raises:
            InputError: on an unknown option, a value out of its range, or one that this model can't grant.
        """
        defaults = self.task.options()
        return options.replaced(defaults, **given) if given else defaults

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

    def draw(self, answer: dict[str, Any], path: Path) -> None:
        """Draw an answer, a PNG file; it needs the options `FOR_DRAWING`.

        Raises:
            InputError: if the task has no picture.
        """
        raise InputError(f"--plot: {self.task.name} has no picture")

    def predict(self, items: Iterable[Any], **given: Any) -> list[dict[str, Any]]:
        """Answer inputs: a dictionary for each, with `text` in it where they are texts.

        Args:
            items: texts, or whatever the model reads; a `Path` stands for the file's content; or a frame of
                pandas or polars with a column of texts.
            given: options of the task, for this call.

        Raises:
            InputError: naming the first input that cannot be used, as `texts[i]`; on unusable options.
        """
        if isinstance(items, (str, bytes)):
            raise InputError("texts: expected a list of strings; got a single string")
        chosen = self.options(**given)
        if _is_frame(items):
            return list(
                self.predict_records(self.open_inputs(items).records, options=chosen)
            )
        name = "texts" if "text" in self.READS else "inputs"
        encoded = []
        for place, given_item in enumerate(items):
            item = values.opened(given_item, self.READS)
            encoded.append((item, self.encoded(item, f"{name}[{place}]")))
        return self.answers(encoded, chosen) if encoded else []

    def encoded(self, item: Any, where: str) -> Any:
        """As `encode`, of an input that is first checked to be one.

        Raises:
            InputError: if the input can't be used; `where` begins the message.
        """
        return self.encode(values.checked(item, self.READS, where), where)

    def predict_lines(
        self,
        lines: Iterator[tuple[int, str | bytes]],
        name: str,
        keep_going: bool = False,
        options: Options | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Answer numbered lines as a stream, `streams.CHUNK` of them in memory.

        Args:
            lines: number and text (or its UTF-8 bytes) of each; of models that read no texts, JSON.
            name: of the file, for errors.
            keep_going: give `{"line": n, "error": "..."}` for a line that cannot be used instead of
                ending there.
            options: as `self.options` gives them; None: as the model was measured.

        Raises:
            InputError: naming file and line; the lines before it have been answered by then.
        """
        records = reading.line_records(lines, name, self.READS)
        return self.predict_records(records, keep_going, options)

    def predict_records(
        self,
        records: Iterator[reading.Record],
        keep_going: bool = False,
        options: Options | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Answer a file's inputs as a stream, as `predict_lines` does.

        Args:
            records: see `seqzoo.tasks.reading.open_inputs`.
            keep_going, options: as there.

        Raises:
            InputError: naming file and line; the inputs before it have been answered by then.
        """
        chosen = self.options() if options is None else options
        return streams.answered(self, records, keep_going, chosen)

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

    def asked(self, said: Any = None) -> Form:
        """How a file is to be read: as is said, else as the training's files were.

        Args:
            said: what options of the task's `form_options` or `measure_options` say; None: nothing.
        """
        return Form.of({} if said is None else said, self.config.get("config", {}))

    def open_inputs(self, data: Any, asked: Form | None = None) -> reading.Inputs:
        """The inputs of a file of many; see `seqzoo.tasks.reading.open_inputs`.

        Raises:
            InputError: if the file is of no known form, or has no column for the inputs.
        """
        asked = self.asked() if asked is None else asked
        return reading.open_inputs(data, self.READS, self.LAYOUT, asked)

    def refuse_form(self, asked: Form | None) -> None:
        """Refuse flags on the form of a file that the task reads in one way.

        Raises:
            InputError: if there is one.
        """
        if asked is not None:
            raise InputError(
                f"--data: {self.task.name} reads it in one way; expected no flags on its form"
            )

    def batch(self, path: Path, asked: Form | None = None) -> dict[str, np.ndarray]:
        """The first examples of a file, as the network takes them, for `seqzoo doctor --data`.

        Args:
            path: of the file.
            asked: how it is read; None: as it shows.

        Returns:
            int32 arrays (rows, time), padded with 0 on the right, by the network's inputs.

        Raises:
            InputError: if the file can't be read, or has nothing for the model.
        """
        # Tasks of other packages read their files in one way.
        given = (path,) if asked is None else (path, asked)
        rows = list(itertools.islice(self.network_rows(*given), ROWS))
        if not rows:
            raise InputError(f"{path}: expected texts; there are none")
        return {name: padded([row[name] for row in rows]) for name in rows[0]}
