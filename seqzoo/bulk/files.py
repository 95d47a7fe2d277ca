"""Files that are one input each, sounds or pictures: a file -> its answer."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems

from seqzoo.bulk.answers import Answering, bad, line
from seqzoo.errors import InputError
from seqzoo.tasks import reading

TOGETHER = 32  # files that are answered together at most


def paths_of(pattern: str, reads: Sequence[str]) -> list[str]:
    """The files that a pattern names; of a folder its sounds or pictures.

    Raises:
        InputError: if there is none.
    """
    if Path(pattern).is_dir():
        inside = reading.files_of(Path(pattern), reads)
        if inside is None:
            raise InputError(f"--input {pattern}: expected files; it is a folder")
        return [str(path) for path in inside]
    found = [file.path for file in FileSystems.match([pattern])[0].metadata_list]
    if not found:
        raise InputError(f"--input {pattern}: no such file")
    return found


def are_whole(paths: Sequence[str], reads: Sequence[str]) -> bool:
    """Whether each file is one input, a sound or a picture."""
    return all(reading.whole_kind(path, reads) is not None for path in paths)


class AnswerFiles(Answering):
    """Answers files, some together, with a model that each process loads once; see `Answering`."""

    def process(self, paths: list[str]) -> Iterator[Any]:
        """Answer files.

        Args:
            paths: some.

        Yields:
            Answers as JSON with `file`; to the output `bad` the files that have none.
        """
        records = [self._record(path) for path in paths]
        answers = self.predictor.predict_records(iter(records), keep_going=True)
        for path, answer in zip(paths, answers, strict=True):
            about = {"file": path}
            yield bad(about, answer["error"]) if "error" in answer else line(about, answer)

    def _record(self, path: str) -> reading.Record:
        kind = reading.whole_kind(path, self.predictor.READS)
        assert kind is not None
        with FileSystems.open(path, compression_type=CompressionTypes.UNCOMPRESSED) as file:
            content = file.read(reading.LARGEST + 1)
        value: Any
        try:
            if len(content) > reading.LARGEST:
                raise InputError(f"{path}: expected at most {reading.LARGEST:,} bytes")
            assert kind.from_bytes is not None
            value = kind.from_bytes(content, path)
        except InputError as error:
            value = error
        return reading.Record(0, path, len(content), value)
