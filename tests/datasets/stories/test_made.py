"""Made stories: every answer is what a second reading of the story, written anew here, gives."""

import re

import pytest

from seqzoo.datasets.stories.made import TASKS, made_stories
from seqzoo.errors import InputError

COUNT = 300
GOES = r"(\w+) (?:went|moved|journeyed|travelled|went back) to the (\w+)"
TAKES = r"(\w+) (?:got|grabbed|took|picked up) the (\w+)"
DROPS = r"(\w+) (?:dropped|discarded|left|put down) the (\w+)"
GIVES = r"(\w+) (?:gave|handed|passed) the (\w+) to (\w+)"


def replay(sentences):
    """Places of people, who has what, places of things in their order, and gifts, by the sentences alone."""
    places, holder, been, gifts = {}, {}, {}, []

    def at(thing, place):
        if been.setdefault(thing, [])[-1:] != [place]:
            been[thing].append(place)

    for sentence in sentences:
        if match := re.match(GIVES, sentence):
            assert holder[match[2]] == match[1] and places[match[1]] == places[match[3]]
            holder[match[2]] = match[3]
            gifts.append(match.groups())
        elif match := re.match(GOES, sentence):
            assert places.get(match[1]) != match[2]
            places[match[1]] = match[2]
            for thing in (each for each in holder if holder[each] == match[1]):
                at(thing, match[2])
        elif match := re.match(TAKES, sentence):
            assert holder.get(match[2]) is None
            # What lies somewhere is taken there.
            assert been.get(match[2], [places[match[1]]])[-1] == places[match[1]]
            holder.pop(match[2], None)
            holder[match[2]] = match[1]
            at(match[2], places[match[1]])
        else:
            match = re.match(DROPS, sentence)
            assert match and holder[match[2]] == match[1], sentence
            holder[match[2]] = None
    return places, holder, been, gifts


def check(task):
    return list(made_stories(COUNT, 1, (task,)))


def test_who_and_what_is_where():
    for story in check("qa1"):
        assert replay(story.sentences)[0][story.question.split()[-1][:-1]] == story.answer
    for story in check("qa2"):
        assert (
            replay(story.sentences)[2][story.question.split()[-1][:-1]][-1] == story.answer
        )


def test_where_something_was_before():
    for story in check("qa3"):
        thing, place = re.match(
            r"Where was the (\w+) before the (\w+)\?", story.question
        ).groups()
        been = replay(story.sentences)[2][thing]
        last = max(n for n in range(1, len(been)) if been[n] == place)
        assert been[last - 1] == story.answer


def test_who_gave_what_to_whom():
    for story in check("qa5"):
        giver, thing, other = replay(story.sentences)[3][-1]
        asked = {
            f"What did {giver} give to {other}?": thing,
            f"Who received the {thing}?": other,
            f"Who gave the {thing}?": giver,
            f"Who did {giver} give the {thing} to?": other,
            f"Who gave the {thing} to {other}?": giver,
        }
        assert asked[story.question] == story.answer


def test_yes_no_numbers_and_lists():
    for story in check("qa6"):
        person, place = re.match(r"Is (\w+) in the (\w+)\?", story.question).groups()
        there = replay(story.sentences)[0][person] == place
        assert story.answer == ("yes" if there else "no")
    for task, say in (
        ("qa7", lambda things: ("none", "one", "two", "three")[len(things)]),
        ("qa8", lambda things: ",".join(things) or "nothing"),
    ):
        for story in check(task):
            person = re.search(r"is (\w+) carrying", story.question)[1]
            holder = replay(story.sentences)[1]
            assert say([each for each in holder if holder[each] == person]) == story.answer


def test_denials():
    for story in check("qa9"):
        known = {}
        for sentence in story.sentences:
            person, rest = sentence[:-1].split(" ", 1)
            place = rest.split()[-1]
            denied = "no longer" in rest or "is not" in rest
            known[person] = (place, not denied)
        person, place = re.match(r"Is (\w+) in the (\w+)\?", story.question).groups()
        assert story.answer == ("yes" if known[person] == (place, True) else "no")


def test_pronouns_are_of_the_person_before():
    for story in check("qa11"):
        places = {}
        pairs = zip(story.sentences[::2], story.sentences[1::2], strict=True)
        for one, two in pairs:
            person = one.split()[0]
            said = "she" if person in ("Mary", "Sandra") else "he"
            assert f" {said} " in f" {two} "
            places[person] = two[:-1].split()[-1]
        assert places[story.question.split()[-1][:-1]] == story.answer


def test_deductions_and_reasons():
    single = {"Mice": "mouse", "Wolves": "wolf", "Cats": "cat", "Sheep": "sheep"}
    for story in check("qa15"):
        feared, kinds = {}, {}
        for sentence in story.sentences:
            if match := re.match(r"(\w+) are afraid of (\w+)\.", sentence):
                feared[single[match[1]]] = single[match[2].capitalize()]
            else:
                name, kind = re.match(r"(\w+) is a (\w+)\.", sentence).groups()
                kinds[name.lower()] = kind
        assert feared[kinds[story.question.split()[2]]] == story.answer
    leads = {
        "tired": "bedroom",
        "bored": "garden",
        "hungry": "kitchen",
        "thirsty": "kitchen",
    }
    for story in check("qa20"):
        states = dict(re.findall(r"(\w+) is (\w+)\.", " ".join(story.sentences)))
        name = story.question.split()[2].capitalize()
        expected = states[name] if story.question.startswith("Why") else leads[states[name]]
        assert expected == story.answer


def test_the_same_seed_makes_the_same_of_each_kind():
    once, again, other = (list(made_stories(7, seed)) for seed in (0, 0, 1))
    assert once == again != other
    assert [story.task for story in once] == [task for task in TASKS for _ in range(7)]
    assert len({story.text for story in once if story.task == "qa1"}) == 2


def test_an_unknown_kind_is_refused():
    with pytest.raises(InputError, match="made stories: task: expected one of"):
        list(made_stories(3, 0, ("qa4",)))
    with pytest.raises(InputError, match="expected at least 1"):
        list(made_stories(0, 0))
