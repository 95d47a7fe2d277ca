"""Sequences out of a `step`: greedy, sampled, by beam search, or scored. It knows no model.

`step(tokens, state) -> (log_probs, state, alignments)`: `tokens` int32 (rows,), the last ones;
`log_probs` float (rows, vocabulary), of the next; `state` a list of arrays (rows, ...);
`alignments` float (rows, source time), or None. Rows are independent of each other; with a beam those
of one example stand together. All is written once, for Keras' tensors and for NumPy's arrays alike (see
`seqzoo.decoding.arrays`). On TensorFlow it runs in a `tf.function`, and is exported in one with the model.

Transcripts of connectionist temporal classification have functions of their own: `ctc` for the best path,
words and alignments, `prefix_beam` for a search with language models, `scorers`.

Demands on what is written (lines, rhymes, places, expressions) are `constraints`, with parts of their own.

Names here are imported when they are first asked for: who decodes nothing pays for nothing.
"""

from typing import TYPE_CHECKING

from seqzoo import lazy

if TYPE_CHECKING:
    from seqzoo.decoding.beam import beam_search
    from seqzoo.decoding.bounds import LEAST_TEMPERATURE, MOST_TEMPERATURE
    from seqzoo.decoding.constraints import Constraints
    from seqzoo.decoding.diverse import diverse_beam_search
    from seqzoo.decoding.draws import check_draws, draw
    from seqzoo.decoding.prefix_beam import Hypothesis, prefix_beam
    from seqzoo.decoding.rules import Rules
    from seqzoo.decoding.scorers import CharacterScorer, NGramScorer, Scorer, WordScorer
    from seqzoo.decoding.tokens import NetworkTokens
    from seqzoo.decoding.walk import Hypotheses, greedy, sample, score

__all__ = [
    "LEAST_TEMPERATURE",
    "MOST_TEMPERATURE",
    "CharacterScorer",
    "Constraints",
    "Hypotheses",
    "Hypothesis",
    "NGramScorer",
    "NetworkTokens",
    "Rules",
    "Scorer",
    "WordScorer",
    "beam_search",
    "check_draws",
    "diverse_beam_search",
    "draw",
    "greedy",
    "prefix_beam",
    "sample",
    "score",
]

_PLACES = {
    **lazy.places("seqzoo.decoding.beam", "beam_search"),
    **lazy.places("seqzoo.decoding.bounds", "LEAST_TEMPERATURE", "MOST_TEMPERATURE"),
    **lazy.places("seqzoo.decoding.diverse", "diverse_beam_search"),
    **lazy.places("seqzoo.decoding.constraints", "Constraints"),
    **lazy.places("seqzoo.decoding.draws", "check_draws", "draw"),
    **lazy.places("seqzoo.decoding.prefix_beam", "Hypothesis", "prefix_beam"),
    **lazy.places("seqzoo.decoding.rules", "Rules"),
    **lazy.places(
        "seqzoo.decoding.scorers", "CharacterScorer", "NGramScorer", "Scorer", "WordScorer"
    ),
    **lazy.places("seqzoo.decoding.tokens", "NetworkTokens"),
    **lazy.places("seqzoo.decoding.walk", "Hypotheses", "greedy", "sample", "score"),
}
__getattr__, __dir__ = lazy.names(__name__, _PLACES)
