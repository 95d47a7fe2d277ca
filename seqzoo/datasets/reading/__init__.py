"""One reader of data files, for all tasks and all commands.

| file | does |
|---|---|
| `settings.py` | what the user says of a file's form, as flags |
| `source.py`, `encoding.py`, `guesses.py` | bytes, their encoding, lines |
| `delimited.py`, `delimiter.py`, `objects.py`, `fasttext.py` | CSV, TSV, JSON, fastText |
| `parquet.py`, `workbook.py`, `folders.py`, `frames.py` | Parquet, Excel, a folder a class, frames |
| `formats.py`, `raw.py` | which of them it is, and what each gives: raw rows |
| `layout.py`, `columns.py`, `table.py` | which column is which; rows by the columns wanted |
| `cells.py` | texts, labels and numbers of cells |
| `measured.py` | tables to measure on: what is told on standard error |
| `parts.py` | the files of a folder by the part they are |
"""
