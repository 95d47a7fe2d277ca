"""Draw `ctc.png`, the picture of CTC's spikes in the page of speech.

python docs/images/ctc.py MODEL DATA
"""

import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
import numpy as np

import seqzoo
from seqzoo.datasets.audio.utterances import features
from seqzoo.decoding.ctc import Label, greedy, text
from seqzoo.tasks.speech import corpora

mpl.use("Agg")
from matplotlib import pyplot

MOST_STEPS = 50  # that the picture has room for
COLOURS = (
    "#00796b",
    "#d95f02",
    "#7570b3",
    "#e7298a",
    "#1f78b4",
    "#a6761d",
    "#66a61e",
    "#d62728",
    "#17becf",
    "#333333",
)


class Example:
    """A sound with a letter that comes twice in a row, and what a model says of it.

    Attributes:
        seconds: of each step's begin, float (steps,).
        probabilities: float (steps, symbols).
        labels: of the likeliest path.
        transcript: what they read.
        symbols: the blank first.
    """

    def __init__(self, model: object, log_probs: np.ndarray):
        self.symbols = model.symbols
        self.seconds = np.arange(len(log_probs)) * model.seconds
        self.probabilities = np.exp(log_probs)
        self.labels: list[Label] = greedy(log_probs)
        self.transcript = text(self.labels, self.symbols)


def examples(model: object, path: Path) -> Iterator[Example]:
    """The examples among the test utterances that the model gets right."""
    for utterance in corpora.to_measure(path):
        said = utterance.transcript.lower()
        if not any(one == other for one, other in itertools.pairwise(said)):
            continue
        (log_probs,) = model.inference([features(utterance, model.front_end)])
        found = Example(model, log_probs)
        if found.transcript == said and len(log_probs) <= MOST_STEPS:
            yield found


def draw(example: Example, path: Path) -> None:
    """A line for the blank and one for each symbol; below, the likeliest symbol of each step."""
    figure, axes = pyplot.subplots(
        2, figsize=(9, 4), sharex=True, height_ratios=(5, 1), layout="constrained"
    )
    seconds, shares = example.seconds, example.probabilities
    curves = axes[0]
    curves.fill_between(seconds, shares[:, 0], color="#dddddd", label="blank")
    used = sorted({each.label for each in example.labels})
    for place, label in enumerate(used):
        name = example.symbols[label].replace(" ", "space")
        colour = COLOURS[place % len(COLOURS)]
        curves.plot(seconds, shares[:, label], color=colour, label=name, linewidth=2)
    for each in example.labels:
        peak = each.begin + int(shares[each.begin : each.end, each.label].argmax())
        place = (seconds[peak], shares[peak, each.label] + 0.02)
        sign = example.symbols[each.label].replace(" ", "_")
        curves.annotate(sign, place, ha="center", va="bottom", fontsize=13)
    curves.set(ylim=(0, 1.15), ylabel="probability")
    curves.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    best = shares.argmax(axis=1)
    for second, label in zip(seconds, best, strict=True):
        sign = {"": "–", " ": "_"}.get(example.symbols[label], example.symbols[label])
        axes[1].text(second, 0.5, sign, ha="center", va="center", fontsize=9)
    axes[1].set(yticks=[], xlabel="seconds", ylabel="likeliest")
    figure.suptitle(f'reads "{example.transcript}"')
    figure.savefig(path, dpi=120)


def main(model: str, data: str) -> None:
    """Draw the first example."""
    found = next(examples(seqzoo.load(model), Path(data)))
    draw(found, Path(__file__).with_name("ctc.png"))


if __name__ == "__main__":
    main(*sys.argv[1:])
