"""What `reader.js` has to know of a tagger."""

import re
from typing import Any

from seqzoo.tasks.tagging import cuts, shared
from seqzoo.tasks.tagging.chain import lists
from seqzoo.tasks.tagging.lexicon import FILE as LEXICON
from seqzoo.tasks.tagging.predictor import Segmenter, TextTagger
from seqzoo.tasks.tagging.words import SPACE

# Of the artifact, where it has them.
FILES = ("vocabulary.txt", "bigrams.txt", LEXICON)


def values(predictor: TextTagger) -> dict[str, Any]:
    """How texts are cut into pieces, the tags, and the CRF's scores, for JSON.

    `lexicon` is the file of words that are parts of others; null: there is none. `chain` has `start`,
    `transitions` and `end` as nested lists, null for minus infinity; null: no CRF.
    """
    tagging = predictor.tagging
    chain = None if tagging.chain is None else lists(tagging.chain()._asdict())
    return {
        "answer": "words" if isinstance(predictor, Segmenter) else "entities",
        "unit": predictor.unit,
        "max_length": tagging.coder.max_length,
        "tags": tagging.tags,
        "scheme": tagging.scheme,
        "chain": chain,
        "lexicon": LEXICON if LEXICON in predictor.artifact.names else None,
        "pairs": tagging.coder.bigrams is not None,
        "sentence_end": sorted(cuts.SENTENCE_END),
        "stays_with": sorted(cuts.STAYS_WITH),
        "pause": sorted(cuts.PAUSE),
        "rules": shared.values_of(tagging.letters),
    }


def patterns(predictor: TextTagger) -> dict[str, re.Pattern[str]]:
    """What a run of characters is, a word, white space, and the rules on what may be cut."""
    return {"run": cuts.RUN, "word": predictor.word, "spaces": SPACE, **shared.PATTERNS}
