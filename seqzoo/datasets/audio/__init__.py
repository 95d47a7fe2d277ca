"""Speech: sounds, transcripts, and the features that networks read.

| file | does |
|---|---|
| `sounds.py`, `wav.py` | sounds of files, as samples |
| `front_end.py` | features of samples; stands alone, since exports take it along |
| `utterance.py` | an utterance and its features; whole speakers held out |
| `utterances.py` | recognises the form that utterances lie on disk in |
| `transcribed.py`, `kaldi.py`, `digits.py` | tables, Kaldi's folders, tensorflow-datasets |
| `augment.py` | utterances changed at random, to train on |
| `made.py` | made "speech" of tones, for tests and first steps |
"""
