"""A task: what it is called, what of it can be set, and where its parts are.

A task is a folder of `seqzoo/tasks`, or a package of somebody else's, whose `__init__` has `TASKS`. Its
other files are imported when they are first needed; `docs/design/house.md` says what each offers.
"""

import importlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from seqzoo.errors import InputError
from seqzoo.tasks.options import Options

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Task:
    """One task.

    Attributes:
        name: as artifacts have it.
        summary: what it gives for what, in a few words.
        package: dotted name of the folder.
        predictor: name of the class in the folder's `predictor.py`.
        score: the figure that lists show of a finished model, a key of its test metrics.
        counted: what the size of a corpus is counted in.
        example_file: the name of a file that is one input, for model cards; None: files of texts.
        options: what can be set of an answer.
        measure_options: what can be set of `seqzoo evaluate`.
        form_options: what can be said of the form of the files that `predict` and `doctor` read.
        generate_options: what can be set of what it writes; None: it does not write.
        talks: whether it answers the turns of a talk; its predictor has `turns` and `reply` then.
        corpora: name of the table in `corpora.py`: name of a corpus -> how it is read.
        measure: name of the function in `measure.py`.
    """

    name: str
    summary: str
    package: str
    predictor: str
    score: str = "score"
    counted: str = "examples"
    example_file: str | None = None
    options: type[Options] = Options
    measure_options: type[Options] = Options
    form_options: type[Options] = Options
    generate_options: type[Options] | None = None
    talks: bool = False
    corpora: str = "CORPORA"
    measure: str = "measure"

    @property
    def folder(self) -> Path:
        """Where its files are."""
        spec = importlib.util.find_spec(self.package)
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(
                f"{self.package}: expected a package with an __init__.py"
            )
        return Path(spec.origin).parent

    def module(self, name: str) -> ModuleType:
        """One of its files, imported.

        Raises:
            InputError: if it has no such file.
        """
        full = f"{self.package}.{name}"
        try:
            return importlib.import_module(full)
        except ModuleNotFoundError as error:
            if error.name != full:
                raise  # the file is there, but not what it imports
            raise InputError(
                f"task {self.name}: expected a file {name}.py in {self.folder}"
            ) from None

    def has(self, name: str) -> bool:
        """Whether there is a file of that name, with its ending."""
        return (self.folder / name).exists()

    def text(self, name: str) -> str:
        """The content of one of its files that is no Python."""
        return (self.folder / name).read_text("utf-8")

    def predictor_class(self) -> type:
        """The class of its trained models."""
        return getattr(self.module("predictor"), self.predictor)

    def write_graphs(self, folder: Path, model: "keras.Model") -> None:
        """Write the graphs that the engine runs, one for each network of a trained model.

        Args:
            folder: of the artifact in the making.
            model: what a builder of seqzoo's built.

        Raises:
            InputError: on a layer that has no form in ONNX; nothing is left in the folder then.
        """
        from seqzoo import models
        from seqzoo.export import graphs

        graphs.write(folder, models.parts(model))

    def corpus_names(self) -> list[str]:
        """The names of its corpora, those of installed packages among them."""
        return sorted(getattr(self.module("corpora"), self.corpora))
