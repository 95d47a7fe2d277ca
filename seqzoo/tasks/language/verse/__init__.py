"""Verse: a language model that reads a poem behind its form and title, and writes poems in their forms.

| file | what it does |
|---|---|
| `text.py` | a poem as the running text that the network reads, and back |
| `settings.py`, `corpora.py`, `training.py` | the recipe's |
"""
