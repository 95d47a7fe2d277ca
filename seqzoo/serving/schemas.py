"""What goes over the wire."""

import dataclasses
import typing
from typing import Annotated

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    create_model,
)

from seqzoo.tasks import discover
from seqzoo.tasks.options import Options

# Blank ones are refused with the others that no model can use; here it is only told.
Text = Annotated[str, WithJsonSchema({"type": "string", "minLength": 1, "pattern": "\\S"})]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


def fields_of(options: type[Options]) -> dict[str, typing.Any]:
    """The fields of a request that stand for a task's options, with their bounds; each may be left out.

    Args:
        options: a task's class.
    """
    hints = typing.get_type_hints(options)
    found = {}
    for field in dataclasses.fields(options):
        limits, served = field.metadata, field.metadata["served"]
        if served is False:
            continue
        most = limits["most"] if served is True else served
        bounds = {
            "ge": limits["least"],
            "le": most,
            "gt": limits["above"],
            "lt": limits["below"],
        }
        bounds = {name: bound for name, bound in bounds.items() if bound is not None}
        if float in (hints[field.name], *typing.get_args(hints[field.name])):
            bounds["allow_inf_nan"] = False
        if int in (hints[field.name], *typing.get_args(hints[field.name])):
            bounds.setdefault("le", 2**63 - 1)
        about = Field(None, description=field.metadata["help"], **bounds)
        found[field.name] = (hints[field.name] | None, about)
    return found


def all_fields(which: str) -> dict[str, typing.Any]:
    """The fields of all tasks' options; of one that several have, the first task's."""
    found: dict[str, typing.Any] = {}
    for task in discover().values():
        found = fields_of(getattr(task, which) or Options) | found
    return found


class _Asked(_Request):
    def settings(self) -> dict:
        """The options that were set."""
        return self.model_dump(exclude={"texts", "inputs", "prompt"}, exclude_none=True)


class _Inputs(_Asked):
    """Inputs to answer, and how: `texts`, or of models that read something else `inputs`."""

    texts: list[Text] | None = Field(None, min_length=1, examples=[["A wonderful film."]])
    inputs: list[typing.Any] | None = Field(
        None,
        min_length=1,
        description="of models that read no texts: base64 of sounds and pictures, else JSON",
    )


class _Prompt(_Asked):
    """What a model that writes is to go on from, and how."""

    prompt: str = ""


PredictRequest = create_model(
    "PredictRequest", __base__=_Inputs, __doc__=_Inputs.__doc__, **all_fields("options")
)
GenerateRequest = create_model(
    "GenerateRequest",
    __base__=_Prompt,
    __doc__=_Prompt.__doc__,
    **all_fields("generate_options"),
)


def form_of(model: type[BaseModel]) -> dict:
    """The schema of a request that brings its inputs as files.

    Args:
        model: of the same request as JSON.
    """
    schema = model.model_json_schema()
    files = {
        "type": "array",
        "minItems": 1,
        "items": {"type": "string", "format": "binary"},
        "description": "as `seqzoo predict` takes them: what the model reads, one a file or one a line",
    }
    options = {
        n: p for n, p in schema["properties"].items() if n not in ("texts", "inputs")
    }
    return schema | {"properties": {"files": files} | options, "required": ["files"]}


class Prediction(BaseModel):
    """The answer to an input; its fields are the task's."""

    model_config = ConfigDict(extra="allow")
    text: str | None = None


class PredictAnswer(BaseModel):
    """The model that answered, and its answers in the order of the texts."""

    model: str
    hash: str = Field(description="SHA-256 of the model's manifest")
    predictions: list[Prediction]


class About(BaseModel):
    """A model; a task may tell more of its own."""

    model_config = ConfigDict(extra="allow")

    name: str
    hash: str = Field(
        description="SHA-256 of the model's manifest; stands for the name too"
    )
    task: str
    summary: str = Field(description="what the task gives for what")
    description: str | None
    unit: str | None = Field(description="what a token is")
    reads: list[str] = Field(
        description="kinds of inputs: text, table, audio, image, strokes, json"
    )
    generates: bool = Field(description="whether it writes")
    alignments: bool = Field(
        description="whether it tells what each piece of a translation attended to"
    )
    labels: list[str]


class Models(BaseModel):
    """All models of a server."""

    models: list[About]


class Problem(BaseModel):
    """Why a request was not answered: what was expected, what came, where."""

    error: str


def explain(error: ValidationError) -> str:
    """The first thing wrong with a request, in a line."""
    first = error.errors(include_input=False, include_url=False)[0]
    where = "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"]
    ).lstrip(".")
    return f"{where or 'body'}: {first['msg']}"
