"""Dialogue: a translator that answers the last turns of a talk.

| file | what it does |
|---|---|
| `settings.py`, `corpora.py`, `training.py` | the recipe's |
| `predictor.py` | a trained model: reads turns, answers |
| `measure.py`, `naive.py` | scores, and the naive answers beside them |
| `diagnosis.py` | its own sicknesses |
"""
