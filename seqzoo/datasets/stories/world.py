"""A small world of people who walk about and carry things, which tells what happens in it."""

import random
from collections.abc import Sequence

PLACES = ("bathroom", "bedroom", "garden", "hallway", "kitchen", "office")
OBJECTS = ("football", "milk", "apple")
PEOPLE = ("Mary", "John", "Daniel", "Sandra")
GIVERS = ("Bill", "Fred", "Jeff", "Mary")
SHE = ("Mary", "Sandra", "Julie")

GOES = ("went to", "moved to", "journeyed to", "travelled to", "went back to")
TAKES = ("got", "grabbed", "took", "picked up")
DROPS = ("dropped", "discarded", "left", "put down")
GIVES = ("gave", "handed", "passed")


class World:
    """Who is where, who has what, and the story so far.

    Args:
        generator: draws what happens.
        people: who is in it.

    Attributes:
        told: the sentences so far.
        places: person -> where; those of whom nothing was told are not in it.
        carried: person -> objects, in the order in which they came.
        lying: object -> the place where it was left; new ones are in `fresh`.
        been: object -> the places where it was, without repeats of neighbours.
        fresh: objects that nobody has had yet.
    """

    def __init__(self, generator: random.Random, people: Sequence[str] = PEOPLE):
        self.generator, self.people = generator, people
        self.told: list[str] = []
        self.places: dict[str, str] = {}
        self.carried: dict[str, list[str]] = {person: [] for person in people}
        self.lying: dict[str, str] = {}
        self.been: dict[str, list[str]] = {}
        self.fresh = list(OBJECTS)

    def say(self, *words: str) -> None:
        """Add a sentence."""
        self.told.append(" ".join(words) + ".")

    def go(self, person: str | None = None) -> str:
        """Somebody goes somewhere else; who it was."""
        choice = self.generator.choice
        person = person or choice(self.people)
        place = choice([each for each in PLACES if each != self.places.get(person)])
        self.arrive(person, place)
        self.say(person, choice(GOES), "the", place)
        return person

    def arrive(self, person: str, place: str) -> None:
        """Somebody is in a place, with what is carried."""
        self.places[person] = place
        for each in self.carried[person]:
            self._is_in(each, place)

    def take(self, there: float = 1.0) -> str | None:
        """Somebody takes what lies where one is, or what nobody has had yet; what it was, or None.

        Args:
            there: share of sentences that end in `there`.
        """
        choice = self.generator.choice
        able = [
            (person, each)
            for person, place in self.places.items()
            for each in (*self.fresh, *self.lying)
            if self.lying.get(each, place) == place
        ]
        if not able:
            return None
        person, taken = choice(able)
        if taken in self.fresh:
            self.fresh.remove(taken)
        self.lying.pop(taken, None)
        self.carried[person].append(taken)
        self._is_in(taken, self.places[person])
        self.say(person, choice(TAKES), "the", taken, *self._there(there))
        return taken

    def drop(self, there: float = 0.2) -> str | None:
        """Somebody leaves something; what it was, or None if nobody has anything."""
        choice = self.generator.choice
        holders = [
            (person, each) for person in self.people for each in self.carried[person]
        ]
        if not holders:
            return None
        person, dropped = choice(holders)
        self.carried[person].remove(dropped)
        self.lying[dropped] = self.places[person]
        self.say(person, choice(DROPS), "the", dropped, *self._there(there))
        return dropped

    def give(self) -> tuple[str, str, str] | None:
        """Somebody gives something to somebody in the same place: giver, what, receiver, or None."""
        choice = self.generator.choice
        able = [
            (giver, each, other)
            for giver in self.people
            for each in self.carried[giver]
            for other, place in self.places.items()
            if other != giver and place == self.places[giver]
        ]
        if not able:
            return None
        giver, given, other = choice(able)
        self.carried[giver].remove(given)
        self.carried[other].append(given)
        self.say(giver, choice(GIVES), "the", given, "to", other)
        return giver, given, other

    def _there(self, share: float) -> list[str]:
        return ["there"] if self.generator.random() < share else []

    def _is_in(self, thing: str, place: str) -> None:
        places = self.been.setdefault(thing, [])
        if places[-1:] != [place]:
            places.append(place)
