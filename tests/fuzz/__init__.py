"""Random cases against slow, plain references; `python -m pytest -m slow tests/fuzz` runs many more."""
