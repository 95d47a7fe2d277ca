"""How a user says that a file is to be read; each is a flag of the commands that read."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from seqzoo.config import data_option


@dataclass(frozen=True)
class Form:
    """What of a file's form the user has said; None: what the file shows.

    Attributes:
        encoding: of its text.
        delimiter: between its columns.
        columns: the columns' names in order, of a file without a header.
        skip_bad_rows: leave out rows that cannot be used.
        places: role -> the name of its column, or its place from 1.
        mark: between the labels of a text; None: it has one.
        tokens: whether texts are ready tokens with spaces between.
        trained: what was said of the training data; it stands where the user says nothing and the file has no
            other.
    """

    encoding: str | None = None
    delimiter: str | None = None
    columns: tuple[str, ...] | None = None
    skip_bad_rows: bool = False
    places: dict[str, str] = dataclasses.field(default_factory=dict)
    mark: str | None = None
    tokens: bool = False
    trained: "Form | None" = None

    @property
    def between_labels(self) -> str | None:
        """The mark between the labels of a text, as is said or as in the training; None: it has one."""
        return self.mark or (self.trained.mark if self.trained else None)

    @classmethod
    def of(cls, settings: Any, trained: Mapping[str, Any] | None = None) -> "Form":
        """What settings say: those of `FormSettings`, and `ROLE_column` for any role.

        Args:
            settings: a dataclass' instance, or names and values.
            trained: the settings of a training, where a trained model reads.
        """
        said = settings if isinstance(settings, Mapping) else vars(settings)
        places = {
            name.removesuffix("_column"): value
            for name, value in said.items()
            if name.endswith("_column") and value is not None
        }
        columns = said.get("columns")
        return cls(
            encoding=said.get("encoding"),
            delimiter=said.get("delimiter"),
            columns=tuple(columns.split(",")) if columns else None,
            skip_bad_rows=said.get("skip_bad_rows", False),
            places=places,
            mark=said.get("multi_label"),
            tokens=said.get("tokens", False),
            trained=None if trained is None else cls.of(trained),
        )


@dataclass(frozen=True)
class EncodingSettings:
    """The flag of files of plain text."""

    encoding: str | None = data_option(
        None, "of the text, like gb18030; none: by the BOM, else UTF-8"
    )


@dataclass(frozen=True)
class FormSettings(EncodingSettings):
    """The flags of tables, but for those of the columns."""

    delimiter: str | None = data_option(
        None, "between columns: one character, or tab; none: as the file shows"
    )
    columns: str | None = data_option(
        None, "the columns of a file without a header, in order: label,text"
    )
    skip_bad_rows: bool = data_option(
        False, "leave out rows that cannot be used, and report them"
    )
