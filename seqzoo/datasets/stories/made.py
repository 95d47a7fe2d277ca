"""Stories of small worlds, made by a program, of the kinds that bAbI has (Weston et al. 2015, section 3).

The kinds have bAbI's numbers: 1, 2 and 3 ask where somebody or something is or was, 5 who gave what to whom,
6 yes or no, 7 how many, 8 which things, 9 yes or no where sentences deny, 11 has pronouns, 15 deduces and 20
asks for reasons. The program is our own; the worlds have bAbI's people, places and things.
"""

import random
from collections.abc import Callable, Iterator

from seqzoo.datasets.stories import world
from seqzoo.datasets.stories.reasons import deduction, motives
from seqzoo.datasets.stories.story import Story
from seqzoo.datasets.stories.world import World
from seqzoo.errors import InputError, unknown_name

NUMBERS = ("none", "one", "two", "three")
QUESTIONS = 5  # of a story
Ask = Callable[[World], tuple[str, str] | None]


def made_stories(count: int, seed: int, tasks: tuple[str, ...] = ()) -> Iterator[Story]:
    """Made questions, the same for the same seed.

    Args:
        count: of each task.
        seed: of the worlds.
        tasks: their names, as `qa1`; none: all that there are.

    Raises:
        InputError: on a task that is not made.
    """
    for task in tasks or TASKS:
        if task not in TASKS:
            raise unknown_name("made stories: task", task, TASKS)
    if count < 1:
        raise InputError(f"made stories: expected at least 1 of each; got {count}")
    for task in tasks or tuple(TASKS):
        generator = random.Random(f"{task} {seed}")
        made, number = 0, 0
        while made < count:
            number += 1
            where = f"made {task}:{number}"
            for told, question, answer in TASKS[task](generator):
                if made == count:
                    break
                made += 1
                yield Story(tuple(told), question, answer, where, where, task)


Asked = Iterator[tuple[list[str], str, str]]  # the story so far, a question, its answer


def _asked(
    happen: Callable[[World], None],
    ask: Ask,
    people: tuple[str, ...] = world.PEOPLE,
    least: int = 2,
) -> Callable[[random.Random], Asked]:
    """A kind of story in which questions come between what happens.

    Args:
        happen: lets something happen.
        ask: a question and its answer, or None if there is none to ask yet.
        people: of the world.
        least: sentences before each question.
    """

    def tell(generator: random.Random) -> Asked:
        here = World(generator, people)
        for _ in range(QUESTIONS):
            for _ in range(least):
                happen(here)
            found = ask(here)
            while found is None:
                happen(here)
                found = ask(here)
            yield list(here.told), *found

    return tell


def _walk(here: World) -> None:
    here.go()


def _live(here: World, there: float = 1.0, dropped: float = 0.2) -> None:
    """Somebody goes somewhere, takes something or leaves it."""
    drawn = here.generator.random()
    if drawn < 0.22 and here.take(there):
        return
    if drawn > 0.82 and here.drop(dropped):
        return
    here.go()


def _share(here: World) -> None:
    """As `_live`; and somebody gives something, as often as it can be done."""
    if here.generator.random() < 0.4 and here.give():
        return
    _live(here)


def _where(here: World) -> tuple[str, str]:
    person = here.generator.choice(list(here.places))
    return f"Where is {person}?", here.places[person]


def _where_thing(here: World) -> tuple[str, str] | None:
    if not here.been:
        return None
    thing = here.generator.choice(list(here.been))
    return f"Where is the {thing}?", here.been[thing][-1]


def _where_before(here: World) -> tuple[str, str] | None:
    moved = [thing for thing, places in here.been.items() if len(places) > 1]
    if not moved:
        return None
    thing = here.generator.choice(moved)
    places = here.been[thing]
    place = here.generator.randrange(1, len(places))
    # Of several times that it came there, the last is meant.
    place = max(n for n in range(1, len(places)) if places[n] == places[place])
    return f"Where was the {thing} before the {places[place]}?", places[place - 1]


def _is_in(here: World) -> tuple[str, str]:
    person = here.generator.choice(list(here.places))
    place = here.places[person]
    if here.generator.random() < 0.5:
        return f"Is {person} in the {place}?", "yes"
    other = here.generator.choice([each for each in world.PLACES if each != place])
    return f"Is {person} in the {other}?", "no"


def _who_carries(here: World) -> str | None:
    """Somebody who has had something, or has something."""
    told = " ".join(here.told)
    had = [
        person
        for person in here.people
        if here.carried[person] or any(f"{person} {verb}" in told for verb in world.TAKES)
    ]
    return here.generator.choice(had) if had else None


def _how_many(here: World) -> tuple[str, str] | None:
    person = _who_carries(here)
    if person is None:
        return None
    count = len(here.carried[person])
    return f"How many objects is {person} carrying?", NUMBERS[count]


def _which(here: World) -> tuple[str, str] | None:
    person = _who_carries(here)
    if person is None:
        return None
    return f"What is {person} carrying?", ",".join(here.carried[person]) or "nothing"


def _giving(generator: random.Random) -> Asked:
    """Who gave what to whom; the last gift of that kind is meant."""
    here = World(generator, world.GIVERS)
    asked = 0
    while asked < QUESTIONS:
        gift = here.give() if generator.random() < 0.5 else None
        if gift is None:
            _live(here)
            continue
        giver, thing, other = gift
        asked += 1
        yield (
            list(here.told),
            *generator.choice(
                [
                    (f"What did {giver} give to {other}?", thing),
                    (f"Who received the {thing}?", other),
                    (f"Who gave the {thing}?", giver),
                    (f"Who did {giver} give the {thing} to?", other),
                    (f"Who gave the {thing} to {other}?", giver),
                ]
            ),
        )


def _denying(generator: random.Random) -> Asked:
    """Sentences say where somebody is, or is not."""
    here = World(generator)
    known: dict[str, tuple[str, bool]] = {}  # person -> a place, and whether one is there
    for _ in range(QUESTIONS):
        for _ in range(2):
            person = generator.choice(here.people)
            place, there = known.get(person, (generator.choice(world.PLACES), False))
            if there and generator.random() < 0.4:
                words = generator.choice(("is no longer in", "is not in"))
                here.say(person, words, "the", place)
                known[person] = place, False
                continue
            if not there and person not in known and generator.random() < 0.3:
                here.say(person, "is no longer in the", place)
                known[person] = place, False
                continue
            place = generator.choice([each for each in world.PLACES if each != place])
            here.say(person, generator.choice((*world.GOES, *["is in"] * 4)), "the", place)
            known[person] = place, True
        person = generator.choice(list(known))
        place, there = known[person]
        if there and generator.random() < 0.4:
            place = generator.choice([each for each in world.PLACES if each != place])
            there = False
        yield list(here.told), f"Is {person} in the {place}?", "yes" if there else "no"


def _pronouns(generator: random.Random) -> Asked:
    """Every other sentence calls the person of the one before `he` or `she`."""
    here = World(generator)
    for _ in range(QUESTIONS):
        person = here.go()
        said = "she" if person in world.SHE else "he"
        here.go(person)
        first = generator.choice(("Afterwards", "After that", "Following that", "Then"))
        here.told[-1] = f"{first} {said}{here.told[-1].removeprefix(person)}"
        yield list(here.told), *_where(here)


TASKS: dict[str, Callable[[random.Random], Asked]] = {
    "qa1": _asked(_walk, _where),
    "qa2": _asked(_live, _where_thing),
    "qa3": _asked(lambda here: _live(here, 0.2), _where_before, least=6),
    "qa5": _giving,
    "qa6": _asked(_live, _is_in),
    "qa7": _asked(_share, _how_many),
    "qa8": _asked(_live, _which),
    "qa9": _denying,
    "qa11": _pronouns,
    "qa15": deduction,
    "qa20": motives,
}
