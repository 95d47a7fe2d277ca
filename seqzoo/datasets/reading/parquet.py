"""Parquet and Arrow files, read in batches by pyarrow, which comes with tensorflow-datasets."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from seqzoo.datasets.reading.raw import Raw, RawRow
from seqzoo.datasets.reading.source import Source
from seqzoo.errors import InputError

BATCH = 1024  # rows
ENDINGS = (".parquet", ".arrow")


class Columnar(Raw):
    """Parquet or Arrow files, one behind the other.

    Args:
        name: what errors call them.
        sources: the files.

    Raises:
        InputError: if they cannot be read, or have other columns than the first.
    """

    def __init__(self, name: str, sources: list[Source]):
        self.name, self._sources = name, sources
        kind = "Parquet" if sources[0].ending == ".parquet" else "Arrow"
        count = f", {len(sources)} files" if len(sources) > 1 else ""
        self.form = [f"{kind}{count}"]
        for source in sources:
            with _opened(source) as (schema, _):
                names = list(schema.names)
                if self.names is None:
                    self.names = names
                elif names != self.names:
                    raise InputError(
                        f"{source.name}: expected the columns {', '.join(self.names)}; got {', '.join(names)}"
                    )

    def rows(self) -> Iterator[RawRow]:
        """The rows; see `Raw.rows`."""
        number = 0
        for source in self._sources:
            with _opened(source) as (schema, batches):
                classes = _class_names(schema)
                for batch in batches:
                    columns = [
                        _values(batch.column(place), classes.get(name))
                        for place, name in enumerate(schema.names)
                    ]
                    for fields in zip(*columns, strict=True):
                        number += 1
                        yield RawRow(number, f"{self.name}: row {number}", list(fields))


@contextmanager
def _opened(source: Source) -> Iterator[tuple[Any, Iterator[Any]]]:
    """The schema of a file, and its batches.

    Raises:
        InputError: if it cannot be read.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise InputError(
            f"{source.name}: pyarrow is not installed; pip install pyarrow"
        ) from error
    with source.open() as stream:
        try:
            if source.ending == ".parquet":
                file = pq.ParquetFile(stream)
                yield file.schema_arrow, file.iter_batches(BATCH)
            else:
                reader = _arrow(pa, stream)
                yield reader.schema, iter(reader)
        except pa.ArrowException as error:
            first = (str(error).splitlines() or [type(error).__name__])[0]
            raise InputError(f"{source.name}: cannot be read: {first}") from error


def _arrow(pa: Any, stream: Any) -> Any:
    """A stream, as Hugging Face's datasets has it, or a file of Arrow's as a stream."""
    try:
        return pa.ipc.open_stream(stream)
    except pa.ArrowInvalid:
        stream.seek(0)
        table = pa.ipc.open_file(stream).read_all()
        return pa.RecordBatchReader.from_batches(table.schema, table.to_batches(BATCH))


def _class_names(schema: Any) -> dict[str, list[str]]:
    """Column -> the names of its classes, where Hugging Face's datasets wrote them into the schema."""
    import json

    about = (schema.metadata or {}).get(b"huggingface")
    if about is None:
        return {}
    features = json.loads(about).get("info", {}).get("features", {})
    inner = {name: _inner(feature) for name, feature in features.items()}
    return {
        name: feature["names"]
        for name, feature in inner.items()
        if isinstance(feature, dict) and feature.get("_type") == "ClassLabel"
    }


def _inner(feature: Any) -> Any:
    """What a list of datasets' has; anything else is itself."""
    if isinstance(feature, list) and len(feature) == 1:
        return feature[0]
    if isinstance(feature, dict) and feature.get("_type") in (
        "Sequence",
        "List",
        "LargeList",
    ):
        return feature.get("feature")
    return feature


def _values(column: Any, classes: list[str] | None) -> list[Any]:
    values = column.to_pylist()
    return values if classes is None else [_named(value, classes) for value in values]


def _named(value: Any, classes: list[str]) -> Any:
    """The name of a class, or of each in a list."""
    if isinstance(value, list):
        return [_named(each, classes) for each in value]
    # -1 is what datasets writes where there is no label.
    return classes[value] if value is not None and 0 <= value < len(classes) else None
