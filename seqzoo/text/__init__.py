"""From text to tokens and ids: tokenizers, subwords, vocabularies, schemes of tags."""

from seqzoo.text.tokenizer import UNITS, Tokenizer

__all__ = ["UNITS", "Tokenizer"]
