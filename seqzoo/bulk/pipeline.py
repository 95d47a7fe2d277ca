"""The pipeline: blocks of lines -> answers, and what could not be used beside them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import apache_beam as beam
from apache_beam.io.filesystem import CompressionTypes
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.utils.shared import Shared

from seqzoo.bulk.source import Blocks
from seqzoo.datasets.reading.encoding import Lines, decode
from seqzoo.datasets.reading.objects import is_array
from seqzoo.datasets.reading.source import HEAD, OBJECTS, TABLES, ending_of, of_bytes
from seqzoo.errors import InputError
from seqzoo.tasks import reading, task_of
from seqzoo.tasks.inputs import KINDS

BAD = "bad"
NO_OPTIONS: Mapping[str, Any] = {}


class Answer(beam.DoFn):
    """Answers blocks of lines with a model that each process loads once.

    Args:
        model: a name or folder, which every worker can read.
        field: of JSON lines, where the text is; None: as the file's ending says.
        given: options of all answers.
    """

    def __init__(self, model: str, field: str | None, given: Mapping[str, Any]):
        self.model, self.field, self.given = model, field, dict(given)
        self.shared = Shared()
        self.predictor: Any = None

    def setup(self) -> None:
        """Load the model, or take the one that this process has; Beam calls it first."""
        from seqzoo import zoo
        from seqzoo.system.memory import keep_freed_memory

        def load() -> Any:
            keep_freed_memory()
            return zoo.load(self.model, **self.given)

        self.predictor = self.shared.acquire(load)

    def process(self, block: tuple[str, list[tuple[int, bytes]]]) -> Iterator[Any]:
        """Answer the lines of a block.

        Args:
            block: see `seqzoo.bulk.source.Blocks`.

        Yields:
            Answers as JSON with `file` and `offset`; to the output `bad` the lines that have none.
        """
        file, lines = block
        if self.field is None:
            is_json = ending_of(file) in OBJECTS
            records = list(self._records(lines, file, is_json))
        else:
            records = [self._record(file, offset, line) for offset, line in lines]
        answers = self.predictor.predict_records(iter(records), keep_going=True)
        for record, answer in zip(records, answers, strict=True):
            if "error" in answer:
                yield _bad(file, record.number, answer["error"])
            else:
                yield _line(file, record.number, answer)

    def _records(
        self, lines: list[tuple[int, bytes]], file: str, is_json: bool
    ) -> Iterator[reading.Record]:
        filled = ((at, line) for at, line in lines if line.strip() or not is_json)
        return reading.line_records(filled, file, self.predictor.READS, is_json)

    def _record(self, file: str, offset: int, line: bytes) -> reading.Record:
        where = f"{file}:{offset}"
        value: Any
        try:
            value = self._text(line, where)
        except InputError as error:
            value = error
        return reading.Record(offset, where, len(line), value)

    def _text(self, line: bytes, where: str) -> str:
        """The text of a line.

        Raises:
            InputError: if it is no UTF-8, or no JSON object with the field.
        """
        try:
            found = json.loads(decode(line, where))[self.field]
        except (ValueError, KeyError, TypeError, IndexError):
            found = None
        if not isinstance(found, str):
            raise InputError(
                f"{where}: expected a JSON object with a string {self.field!r}"
            )
        return found


def _bad(file: str, offset: int, error: str) -> beam.pvalue.TaggedOutput:
    """A line that could not be used, for the output `bad`."""
    return beam.pvalue.TaggedOutput(BAD, _line(file, offset, {"error": error}))


def _refuse_field(field: str | None, reads: Sequence[str]) -> None:
    """Refuse the name of a text where a model reads none.

    Raises:
        InputError: naming what it reads.
    """
    if field is not None and reading.TEXT not in reads:
        raise InputError(
            f"--field {field}: it is for texts; the model reads {' or '.join(reads)}, a JSON value a line"
        )


def _refuse_form(path: str, reads: Sequence[str]) -> None:
    """Refuse a file whose lines cannot be read in blocks, each without the others.

    Raises:
        InputError: naming the file and its form.
    """
    expected = f"--input {path}: expected an input a line, in UTF-8"
    kinds = [KINDS[name] for name in reads if ending_of(path) in KINDS[name].suffixes]
    if kinds and ending_of(path) not in OBJECTS:
        raise InputError(
            f"{expected}; it is one input, {kinds[0].name}: see seqzoo predict"
        )
    # A block would not have the header.
    if ending_of(path) in set(TABLES) - set(OBJECTS):
        raise InputError(f"{expected}; it is a table")
    with beam.io.filesystems.FileSystems.open(path) as file:
        source = of_bytes(file.read(HEAD), path)
    if ending_of(path) in OBJECTS and is_array(source):
        raise InputError(f"{expected}; it is an array of JSON")
    if source.is_fasttext:
        raise InputError(f"{expected}; it has fastText's labels")
    lines = Lines(source)
    if lines.encoding.name != "utf-8" or lines.carriage_returns:
        found = "lines end in CR" if lines.carriage_returns else lines.encoding
        raise InputError(f"{expected}; got {found}")


def _line(file: str, offset: int, answer: dict[str, Any]) -> str:
    return json.dumps({"file": file, "offset": offset, **answer}, ensure_ascii=False)


def run(
    model: str,
    pattern: str,
    output: str,
    field: str | None,
    options: list[str],
    given: Mapping[str, Any] = NO_OPTIONS,
) -> None:
    """Answer every line of the files, to `OUTPUT-*.jsonl`; bad lines to `OUTPUT-bad-*.jsonl`.

    Args:
        model: a name or folder.
        pattern: of the files.
        output: how the names of the written files begin.
        field: see `Answer`.
        options: Beam's own flags.
        given: options of all answers; files among them all workers can read.

    Raises:
        InputError: if there is no such model or no file, or on options that the model cannot have.
    """
    from seqzoo import zoo
    from seqzoo.artifact.folder import Artifact

    folder = zoo.find(model).resolve()
    # What is wrong is said before anything is started.
    predictor: Any = task_of(Artifact(folder).config["task"]).predictor_class()
    reads = predictor.READS
    _refuse_field(field, reads)
    if given:
        zoo.load(folder, **given)
    files = beam.io.filesystems.FileSystems.match([pattern])[0].metadata_list
    if not files:
        raise InputError(f"--input {pattern}: no such file")
    for file in files:
        _refuse_form(file.path, reads)
    if "://" not in output:
        Path(output).parent.mkdir(parents=True, exist_ok=True)
    with beam.Pipeline(options=PipelineOptions(options)) as pipeline:
        answers = (
            pipeline
            | "read" >> beam.io.Read(Blocks(pattern))
            # One bundle of reading may be all of a compressed file: share out its blocks.
            | "share out" >> beam.Reshuffle()
            | "answer"
            >> beam.ParDo(Answer(str(folder), field, given)).with_outputs(BAD, main="good")
        )
        for name, lines in (("good", answers.good), (BAD, answers[BAD])):
            prefix = output if name == "good" else f"{output}-{BAD}"
            lines | f"write {name}" >> beam.io.WriteToText(
                prefix, ".jsonl", compression_type=CompressionTypes.UNCOMPRESSED
            )
