"""What `reader.js` has to know of a regressor."""

import re
from typing import Any

from seqzoo.tasks.regression.predictor import Regressor
from seqzoo.text.tokenizer import PATTERNS

# Of the artifact.
FILES = ("vocabulary.txt",)


def values(predictor: Regressor) -> dict[str, Any]:
    """How texts become tokens, and the scale of the numbers, for JSON."""
    return predictor.config["text"]


def patterns(predictor: Regressor) -> dict[str, re.Pattern[str]]:
    """The tokenizer's regular expressions."""
    return PATTERNS
