"""What goes over the wire."""

import dataclasses
import functools
import typing
import warnings
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


def fields_of(*options: type[Options]) -> dict[str, typing.Any]:
    """The fields of a request that stand for tasks' options, with their bounds; each may be left out.

    What several tasks have is described as the first has it. It may be what any of them takes; which of
    them the model is of, only the address of a request says.

    Args:
        options: tasks' classes.
    """
    found: dict[str, typing.Any] = {}
    bounds: dict[str, dict[str, typing.Any]] = {}
    for each in options:
        hints = typing.get_type_hints(each)
        for field in dataclasses.fields(each):
            if field.metadata["served"] is False:
                continue
            own, hint = _bounds(field, hints[field.name]), hints[field.name] | None
            if field.name not in found:
                found[field.name], bounds[field.name] = (hint, field.metadata["help"]), own
            else:
                bounds[field.name] = _loosest(bounds[field.name], own)
    return {
        name: (hint, Field(None, description=about, **bounds[name]))
        for name, (hint, about) in found.items()
    }


def _bounds(field: dataclasses.Field, hint: typing.Any) -> dict[str, typing.Any]:
    """What a request may set of an option, as pydantic names it."""
    limits, served = field.metadata, field.metadata["served"]
    bounds = {
        "ge": limits["least"],
        "le": limits["most"] if served is True else served,
        "gt": limits["above"],
        "lt": limits["below"],
    }
    bounds = {name: bound for name, bound in bounds.items() if bound is not None}
    kinds = (hint, *typing.get_args(hint))
    if str in kinds:
        bounds["max_length"] = bounds.pop("le", None)
        return {name: bound for name, bound in bounds.items() if bound is not None}
    if float in kinds:
        bounds["allow_inf_nan"] = False
    if int in kinds:
        bounds.setdefault("le", 2**63 - 1)
    return bounds


def _loosest(one: dict[str, typing.Any], other: dict[str, typing.Any]) -> dict:
    """The bounds that hold for two tasks' options of one name."""
    looser = {
        "ge": min,
        "gt": min,
        "le": max,
        "lt": max,
        "allow_inf_nan": max,
        "max_length": max,
    }
    return {n: looser[n](one[n], other[n]) for n in one.keys() & other.keys()}


def _model(name: str, **fields: typing.Any) -> typing.Any:
    """A model of pydantic's; an option may be called `json`, as a method is that nobody calls."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", 'Field name "json"', UserWarning)
        return create_model(name, **fields)


def all_fields(which: str) -> dict[str, typing.Any]:
    """The fields of all tasks' options.

    Args:
        which: attribute of a task that has its options.
    """
    return fields_of(*(getattr(task, which) or Options for task in discover().values()))


@functools.cache
def options_model(options: typing.Any) -> type[BaseModel]:
    """What checks the options of one task.

    Args:
        options: the task's class.
    """
    return _model(options.__name__, __base__=_Request, **fields_of(options))


class _Asked(_Request):
    def settings(self) -> dict:
        """The options that were set."""
        own = {"texts", "inputs", "prompt", "text", "session"}
        return self.model_dump(exclude=own, exclude_none=True)


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


class _Said(_Asked):
    """One thing said to a model that talks."""

    text: Text
    session: bool | str | None = Field(
        None,
        description="true begins a talk that the server keeps for a while, its name goes on; none: nothing "
        "is kept",
    )


PredictRequest = _model(
    "PredictRequest", __base__=_Inputs, __doc__=_Inputs.__doc__, **all_fields("options")
)
GenerateRequest = _model(
    "GenerateRequest",
    __base__=_Prompt,
    __doc__=_Prompt.__doc__,
    **all_fields("generate_options"),
)


ReplyRequest = create_model(
    "ReplyRequest",
    __base__=_Said,
    __doc__=_Said.__doc__,
    **fields_of(*(task.options for task in discover().values() if task.talks)),
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


class ReplyAnswer(BaseModel):
    """The model that answered, its answer, and the name of the talk, if it is kept."""

    model: str
    hash: str = Field(description="SHA-256 of the model's manifest")
    session: str | None
    prediction: Prediction


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
    streams: bool = Field(
        description="whether it hears a sound as it comes, by a WebSocket at `:stream`"
    )
    max_seconds: float | None = Field(description="of a sound that it reads")
    alignments: bool = Field(
        description="whether it tells what each piece of a translation attended to"
    )
    turns: int = Field(description="how many turns of a talk it reads; 0: it does not talk")
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
