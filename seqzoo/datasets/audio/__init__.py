"""Speech: sounds, transcripts, and the features that networks read.

| file | does |
|---|---|
| `sounds.py` | sounds of files, as samples |
| `front_end.py` | features of samples; stands alone, since exports take it along |
| `utterances.py` | sounds or features with their transcripts |
| `folders.py` | readers of the forms that utterances lie on disk in |
| `augment.py` | utterances changed at random, to train on |
| `made.py` | made "speech" of tones, for tests and first steps |
"""
