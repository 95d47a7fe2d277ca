"""Readers of tagged sequences: tokens with tags, texts with spans, words between spaces.

| file | does |
|---|---|
| `letters.py` | tags in BIO, BIOES, BMES, BILOU as one scheme |
| `sample.py` | what the first lines of a file show of its columns, and what must be asked |
| `columns.py` | a token a line: CoNLL's columns, CoNLL-U, CSV |
| `objects.py`, `spans.py` | JSON: tokens with tags, or a text with spans |
| `words.py` | words between spaces, words with parts of speech |
| `opened.py` | which of them a file is |
"""
