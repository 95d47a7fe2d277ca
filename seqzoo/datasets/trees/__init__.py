"""Trees: sentences with their structure, whose nodes may have labels.

| file | does |
|---|---|
| `tree.py` | a tree as nodes in post-order; a chain of words; chains of two children |
| `reading.py` | recognises the format of a file or a folder |
| `brackets.py` | `(3 (2 fine) (2 .))`, as the Penn and the Stanford Sentiment Treebank have them |
| `conllu.py` | dependency trees of CoNLL-U, a node a word |
| `nested.py` | JSON, nested or a list of heads |
| `heads.py` | the words' heads to a tree |
| `listops.py` | made: lists of digits with operators (Nangia & Bowman 2018) |
"""
