"""What `reader.js` has to know of a classifier."""

import re
from typing import Any

from seqzoo.tasks.classification.predictor import Classifier
from seqzoo.text.tokenizer import PATTERNS

# Of the artifact.
FILES = ("vocabulary.txt", "labels.txt")


def values(predictor: Classifier) -> dict[str, Any]:
    """How texts become tokens, for JSON."""
    return predictor.config["text"]


def patterns(predictor: Classifier) -> dict[str, re.Pattern[str]]:
    """The tokenizer's regular expressions."""
    return PATTERNS
