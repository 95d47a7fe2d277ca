"""Prediction over corpora larger than a machine, on Apache Beam: `python -m seqzoo.bulk --help`."""
