"""Chinese verse: poems of equal lines, read from the files in which they are commonly published.

| file | what it does |
|---|---|
| `poem.py` | a poem, its form, and how its lines are found in a text |
| `reading.py` | files -> poems |
| `simplified.py` | an optional converter of characters |
| `parts.py` | poems in three parts, training cleared of the lines of the others |
"""
