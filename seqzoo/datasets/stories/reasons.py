"""Made stories that ask what follows from a rule, and why somebody did something (bAbI's kinds 15 and 20)."""

import random
from collections.abc import Iterator

from seqzoo.datasets.stories.world import GOES, TAKES

ANIMALS = {"mouse": "mice", "wolf": "wolves", "cat": "cats", "sheep": "sheep"}
NAMED = ("Gertrude", "Winona", "Emily", "Jessica")
MOVED = ("Sumit", "Yann", "Jason", "Antoine")
# State -> where it leads, and what is taken there.
MOTIVES = {
    "tired": ("bedroom", "pajamas"),
    "bored": ("garden", "football"),
    "hungry": ("kitchen", "apple"),
    "thirsty": ("kitchen", "milk"),
}
QUESTIONS = 4


def deduction(generator: random.Random) -> Iterator[tuple[list[str], str, str]]:
    """What one's kind is afraid of, one is afraid of.

    Args:
        generator: draws the story.

    Yields:
        The story, a question, its answer.
    """
    feared = {
        kind: generator.choice([each for each in ANIMALS if each != kind])
        for kind in ANIMALS
    }
    kinds = {name: generator.choice(list(ANIMALS)) for name in NAMED}
    told = [
        f"{ANIMALS[kind].capitalize()} are afraid of {ANIMALS[other]}."
        for kind, other in feared.items()
    ]
    told += [f"{name} is a {kind}." for name, kind in kinds.items()]
    generator.shuffle(told)
    for _ in range(QUESTIONS):
        name = generator.choice(NAMED)
        yield told, f"What is {name.lower()} afraid of?", feared[kinds[name]]


def motives(generator: random.Random) -> Iterator[tuple[list[str], str, str]]:
    """People are in a state, go where it leads them, and take what they need.

    Args:
        generator: draws the story.

    Yields:
        The story so far, a question, its answer.
    """
    states = {name: generator.choice(list(MOTIVES)) for name in MOVED}
    done = dict.fromkeys(MOVED, 0)  # how much of its way each has gone
    told: list[str] = []
    while waiting := [name for name, steps in done.items() if steps < 3]:
        name = generator.choice(waiting)
        state = states[name]
        place, thing = MOTIVES[state]
        low = name.lower()
        if done[name] == 0:
            told.append(f"{name} is {state}.")
            asked = f"Where will {low} go?", place
        elif done[name] == 1:
            told.append(f"{name} {generator.choice(GOES)} the {place}.")
            asked = f"Why did {low} go to the {place}?", state
        else:
            told.append(f"{name} {generator.choice(TAKES)} the {thing} there.")
            asked = f"Why did {low} get the {thing}?", state
        done[name] += 1
        yield list(told), *asked
