"""The pipeline: blocks of lines -> answers, and what could not be used beside them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import apache_beam as beam
from apache_beam.io.filesystem import CompressionTypes
from apache_beam.options.pipeline_options import PipelineOptions

from seqzoo.bulk.answers import BAD, NO_OPTIONS, Answering, bad, line
from seqzoo.bulk.files import TOGETHER, AnswerFiles, are_whole, paths_of
from seqzoo.bulk.source import Blocks
from seqzoo.datasets.reading.encoding import Lines, decode
from seqzoo.datasets.reading.objects import is_array
from seqzoo.datasets.reading.source import HEAD, OBJECTS, TABLES, ending_of, of_bytes
from seqzoo.errors import InputError
from seqzoo.tasks import reading, task_of
from seqzoo.tasks.inputs import KINDS

LISTS = {"json", "strokes", "table"}  # kinds whose inputs may be lists in JSON


class Answer(Answering):
    """Answers blocks of lines; see `Answering`.

    Args:
        model, given: see there.
        field: of JSON lines, where the text is; None: as the file's ending says.
    """

    def __init__(self, model: str, field: str | None, given: Mapping[str, Any]):
        super().__init__(model, given)
        self.field = field

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
            about = {"file": file, "offset": record.number}
            yield bad(about, answer["error"]) if "error" in answer else line(about, answer)

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
    # An input that is a list itself stands in a line of .jsonl.
    by_line = ending_of(path) != ".json" and bool(LISTS & set(reads))
    if ending_of(path) in OBJECTS and is_array(source) and not by_line:
        raise InputError(f"{expected}; it is an array of JSON")
    if source.is_fasttext:
        raise InputError(f"{expected}; it has fastText's labels")
    lines = Lines(source)
    if lines.encoding.name != "utf-8" or lines.carriage_returns:
        found = "lines end in CR" if lines.carriage_returns else lines.encoding
        raise InputError(f"{expected}; got {found}")


def run(
    model: str,
    pattern: str,
    output: str,
    field: str | None,
    options: list[str],
    given: Mapping[str, Any] = NO_OPTIONS,
) -> None:
    """Answer every line of files to `OUTPUT-*.jsonl`; what cannot be used, to `OUTPUT-bad-*.jsonl`.

    Sounds and pictures are one input each.

    Args:
        model: a name or folder.
        pattern: of the files; or a folder of sounds or pictures.
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
    paths = paths_of(pattern, reads)
    whole = are_whole(paths, reads)
    for path in [] if whole else paths:
        _refuse_form(path, reads)
    if "://" not in output:
        Path(output).parent.mkdir(parents=True, exist_ok=True)
    with beam.Pipeline(options=PipelineOptions(options)) as pipeline:
        if whole:
            inputs = (
                pipeline | "name" >> beam.Create(paths) | "share out" >> beam.Reshuffle()
            )
            inputs |= "together" >> beam.BatchElements(1, TOGETHER)
            answer: Answering = AnswerFiles(str(folder), given)
        else:
            inputs = pipeline | "read" >> beam.io.Read(Blocks(pattern))
            # One bundle of reading may be all of a compressed file: share out its blocks.
            inputs |= "share out" >> beam.Reshuffle()
            answer = Answer(str(folder), field, given)
        answers = inputs | "answer" >> beam.ParDo(answer).with_outputs(BAD, main="good")
        _write(answers.good, output)
        _write(answers[BAD], f"{output}-{BAD}")


def _write(lines: beam.PCollection, prefix: str) -> None:
    """Write lines to files whose names begin so."""
    plain = CompressionTypes.UNCOMPRESSED
    lines | f"write {prefix}" >> beam.io.WriteToText(
        prefix, ".jsonl", compression_type=plain
    )
