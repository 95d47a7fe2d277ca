"""What goes over the wire."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, WithJsonSchema

from seqzoo.bounds import LEAST_TEMPERATURE, MOST_TEMPERATURE

# Blank ones are refused with the others that no model can use; here it is only told.
Text = Annotated[str, WithJsonSchema({"type": "string", "minLength": 1, "pattern": "\\S"})]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class PredictRequest(_Request):
    """Texts to answer; how a translator is to search, where it should not as it was measured."""

    texts: list[Text] = Field(min_length=1, examples=[["A wonderful film."]])
    beam_size: int | None = Field(None, ge=1, le=16, description="translators: beginnings kept")
    n_best: int | None = Field(None, ge=1, le=16, description="translators: translations of each text")
    length_penalty: float | None = Field(
        None, ge=0, le=10, allow_inf_nan=False, description="translators: how far long ones are favoured"
    )
    alignments: bool | None = Field(None, description="translators: what each piece attended to")

    def settings(self) -> dict:
        """What was set."""
        return self.model_dump(exclude={"texts"}, exclude_none=True)


class GenerateRequest(_Request):
    """What a language model is to go on from, and how."""

    prompt: str = ""
    length: int = Field(200, ge=1, description="tokens")
    temperature: float = Field(1.0, ge=LEAST_TEMPERATURE, le=MOST_TEMPERATURE, allow_inf_nan=False)
    top_k: int | None = Field(None, ge=1, description="draw from so many of the likeliest alone")
    top_p: float | None = Field(None, gt=0, le=1, description="draw from the likeliest that sum to it")
    seed: int | None = Field(None, ge=0, le=2**63 - 1, description="the same gives the same text")


class Prediction(BaseModel):
    """The answer to a text: `label` and `probabilities`; `words`; `entities`; `translation`; or `tokens`."""

    model_config = ConfigDict(extra="allow")
    text: str


class PredictAnswer(BaseModel):
    """The model that answered, and its answers in the order of the texts."""

    model: str
    hash: str = Field(description="SHA-256 of the model's manifest")
    predictions: list[Prediction]


class About(BaseModel):
    """A model."""

    name: str
    hash: str = Field(description="SHA-256 of the model's manifest; stands for the name too")
    task: str
    description: str | None
    unit: str
    alignments: bool = Field(description="whether it tells what each piece of a translation attended to")
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
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"]).lstrip(".")
    return f"{where or 'body'}: {first['msg']}"
