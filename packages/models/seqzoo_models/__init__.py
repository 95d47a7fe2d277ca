"""Finished models for seqzoo: a folder each in `pretrained/`; `seqzoo.zoo` finds them."""
