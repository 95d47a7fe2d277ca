"""What `reader.js` has to know of a translator."""

import re
from typing import Any

from seqzoo.errors import InputError
from seqzoo.tasks.translation.inference import LONGEST_SOURCE
from seqzoo.tasks.translation.predictor import Translator
from seqzoo.text.subwords import FORMS

# Of the artifact: the subwords are in the values.
FILES = ()
UNIT = "unigram"  # whose pieces are cut by a search that JavaScript has, too


def values(predictor: Translator) -> dict[str, Any]:
    """The pieces of both sides, the source's with their scores, and the search, for JSON.

    Raises:
        InputError: if the subwords are none of unigrams, or the model talks.
    """
    if predictor.turns:
        raise InputError("web: a model that talks has no form for the browser")
    text = predictor.config["text"]
    if text["unit"] != UNIT:
        raise InputError(
            f"web: subwords of unit {text['unit']} have no form for the browser; those of {UNIT} have"
        )
    source, target = predictor.translating.source, predictor.translating.target
    return {
        "source": source.scored(),
        "target": [piece for piece, _ in target.scored()],
        "form": text.get("normalization", FORMS[0]),
        "reverse": text["reverse_source"],
        "length_ratio": text["length_ratio"],
        "beam_size": predictor.measured_search.beam_size,
        "length_penalty": predictor.measured_search.length_penalty,
        "longest": LONGEST_SOURCE,
    }


def patterns(predictor: Translator) -> dict[str, re.Pattern[str]]:
    """None: white space is in the tables of characters."""
    return {}
