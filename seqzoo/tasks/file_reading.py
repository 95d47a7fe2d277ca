"""How a trained model reads files of many inputs."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from seqzoo.datasets.reading.layout import TEXTS, Layout
from seqzoo.datasets.reading.settings import Form
from seqzoo.errors import InputError
from seqzoo.pipeline.encoded import padded
from seqzoo.tasks import reading, streams
from seqzoo.tasks.base import Task
from seqzoo.tasks.options import Options

if TYPE_CHECKING:
    from seqzoo.diagnosis import Finding

ROWS = 32  # of a file, for `doctor`


class FileReading:
    """The part of a `Predictor` that reads files."""

    # Kinds of inputs; see `seqzoo.tasks.inputs`.
    READS: ClassVar[tuple[str, ...]] = ("text",)
    # The columns of the tables that it is trained on; the first has its inputs.
    LAYOUT: ClassVar[Layout] = TEXTS

    task: Task
    config: dict[str, Any]

    def options(self, **given: Any) -> Any:
        """Options of an answer; see `Predictor`."""
        raise NotImplementedError

    def network_rows(self, *given: Any) -> Iterator[dict[str, np.ndarray]]:
        """What the network takes of each input of a file; see `Predictor`."""
        raise NotImplementedError

    def sicknesses(self, path: Path, asked: Form | None = None) -> list["Finding"]:
        """What is wrong with the answers on a file, for `seqzoo doctor --data`: a task's own findings.

        Args:
            path: of the file.
            asked: how it is read; None: as it shows.
        """
        return []

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
        size: int = reading.CHUNK,
    ) -> Iterator[dict[str, Any]]:
        """Answer a file's inputs as a stream, as `predict_lines` does.

        Args:
            records: see `seqzoo.tasks.reading.open_inputs`.
            keep_going, options: as there.
            size: inputs that are read, and answered together, at most.

        Raises:
            InputError: naming file and line; the inputs before it have been answered by then.
        """
        chosen = self.options() if options is None else options
        return streams.answered(self, records, keep_going, chosen, size)

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
