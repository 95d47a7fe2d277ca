"""What can be set of a handwriter's answers, and of what it draws."""

from dataclasses import dataclass

from seqzoo.config import option
from seqzoo.decoding.bounds import LEAST_TEMPERATURE, MOST_TEMPERATURE
from seqzoo.tasks.options import Options

MOST_BIAS, MOST_POINTS = 10.0, 2000
FRAME = (
    "left,top,size of the square that strokes were drawn in: they are scaled to the training's unit and "
    "thinned; none: they are in that unit"
)


@dataclass(frozen=True)
class AnswerOptions(Options):
    """What can be set of an answer."""

    shows: str | None = option(
        None, "the text that the drawings show; none: the network reads none"
    )
    frame: str | None = option(None, FRAME)


@dataclass(frozen=True)
class GenerateOptions(Options):
    """What can be set of a drawing that the model makes; see `Handwriter.draw_new`."""

    bias: float = option(
        0.0,
        "more draws likelier and neater points; 0 draws what was learnt",
        least=0,
        most=MOST_BIAS,
    )
    temperature: float = option(
        1.0,
        f"below 1 likelier, above 1 wilder; {LEAST_TEMPERATURE:g} to {MOST_TEMPERATURE:g}",
        least=LEAST_TEMPERATURE,
        most=MOST_TEMPERATURE,
    )
    length: int = option(
        200, "points at most, of each character", least=1, most=MOST_POINTS
    )
    seed: int | None = option(
        None, "the same gives the same drawing; none: another each time", least=0
    )
    text: str | None = option(
        None,
        "what is written: characters that the model knows, or words of its shapes; as --prompt",
        served=False,
    )
    json: bool = option(
        False, "lines of JSON in place of SVG: the box, then the points of each stroke"
    )
    prime: str | None = option(
        None, "a file with a drawing that it goes on from", served=False
    )
    strokes: str | None = option(
        None, "JSON of strokes that it goes on from, [[[x, y], ...], ...]"
    )
    frame: str | None = option(None, f"of --prime or --strokes: {FRAME}")
    output: str | None = option(
        None, "a file: .svg, .png, .gif or .npz; none: SVG, printed", served=False
    )
