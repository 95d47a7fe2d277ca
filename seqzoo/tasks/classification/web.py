"""What `reader.js` has to know of a classifier."""

import re
from typing import Any

from seqzoo.tasks.classification.predictor import Classifier
from seqzoo.tasks.classification.reader_bag import FILE
from seqzoo.text.tokenizer import PATTERNS

# Of the artifact.
FILES = ("vocabulary.txt", "labels.txt")


def binary(predictor: Classifier) -> tuple[str, ...]:
    """Files of the artifact that are no text: the bag of an average."""
    return () if predictor.average is None else (FILE,)


def values(predictor: Classifier) -> dict[str, Any]:
    """How texts become tokens, for JSON."""
    return predictor.config["text"]


def patterns(predictor: Classifier) -> dict[str, re.Pattern[str]]:
    """The tokenizer's regular expressions."""
    return PATTERNS
