"""What poems are like: rhymes, tones, lines that are copied or come again."""

from collections.abc import Collection, Sequence

from seqzoo.tasks.language.verse.sounds import Sounds
from seqzoo.tasks.language.verse.tones import share_kept

Lines = Sequence[str]


def figures_of(
    poems: Sequence[Lines], sounds: Sounds, known: Collection[str] | None
) -> dict[str, float]:
    """Shares of poems and lines; none of no poem.

    Args:
        poems: lines of each, 4 or 8 of 5 or 7 characters.
        sounds: rhymes and tones.
        known: lines of the training; None: it is not said what is copied.

    Returns:
        `rhyme`: of poems whose even lines share a rhyme, an unknown one is none; `rhyme_4x7` and so on: of a
        form; `tones`: of characters as the best pattern of regulated verse has them; `regular`: of poems that
        keep a pattern everywhere; `distinct_lines`: different lines; `copied_lines`: lines of the training.
    """
    if not poems:
        return {}
    found = _rhymes(poems, sounds)
    tones = [_tones(poem, sounds) for poem in poems]
    found["tones"] = sum(tones) / len(tones)
    found["regular"] = sum(each == 1 for each in tones) / len(tones)
    lines = [line for poem in poems for line in poem]
    found["distinct_lines"] = len(set(lines)) / len(lines)
    if known is not None:
        found["copied_lines"] = sum(line in known for line in lines) / len(lines)
    return found


def _rhymes(poems: Sequence[Lines], sounds: Sounds) -> dict[str, float]:
    by_form: dict[str, list[bool]] = {}
    for poem in poems:
        feet = [line[-1] for line in poem[1::2]]
        form = f"{len(poem)}x{len(poem[0])}"
        by_form.setdefault(form, []).append(sounds.shared(feet) is not None)
    every = [each for of_form in by_form.values() for each in of_form]
    return {"rhyme": sum(every) / len(every)} | {
        f"rhyme_{form}": sum(each) / len(each) for form, each in sorted(by_form.items())
    }


def _tones(poem: Lines, sounds: Sounds) -> float:
    tones = [[sounds.tones(character) for character in line] for line in poem]
    return share_kept(tones, len(poem), len(poem[0]))
