"""Handwriting: drawings of a pen, stroke by stroke.

| file | does |
|---|---|
| `drawing.py` | a drawing as offsets (dx, dy, pen lifted), and its strokes |
| `thinned.py` | fewer points of a stroke (Ramer-Douglas-Peucker) |
| `reading.py` | recognises the format of a file, or reads those of a folder |
| `offsets.py` | stroke-3 arrays in `.npz`, never unpickled |
| `iam.py` | lines of IAM-OnDB with their transcripts |
| `ink.py` | InkML |
| `svg.py`, `svg_path.py`, `svg_matrix.py` | paths of SVG, flattened in the order of writing |
| `kanjivg.py`, `components.py` | characters of the package `kanjivg`, with the parts that they are made of |
| `unseen.py` | characters held out whose parts were all seen |
| `markup.py` | XML without entities |
"""
