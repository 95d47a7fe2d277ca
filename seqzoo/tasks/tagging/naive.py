"""The naive answer beside a tagger's scores: each token has the tag that it had most often in training.

A token that training lacks has the most frequent tag of all. The tags that come out are made legal as a
network's are.
"""

import functools
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from seqzoo.datasets import Tagged
from seqzoo.errors import InputError
from seqzoo.system.files import read_json
from seqzoo.text import schemes

FILE = "commonest.json"
TITLE = "the commonest tag of each token"
MOST = 200_000  # tokens in the file: some megabytes; the most frequent are kept


class Commonest:
    """The tag of each token.

    Args:
        scheme: of the tags.
        rest: the tag of every other token.
        tokens: token -> its tag, where it is another.
        left_out: tokens with a tag of their own that the file had no room for.
    """

    def __init__(self, scheme: str, rest: str, tokens: dict[str, str], left_out: int = 0):
        self.scheme, self.rest, self.tokens, self.left_out = scheme, rest, tokens, left_out

    @classmethod
    def fit(cls, examples: Iterable[Tagged], scheme: str) -> "Commonest":
        """Count the tags of training sequences; of equal counts the first tag by name is taken."""
        counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for example in examples:
            for token, tag in zip(example.tokens, example.tags, strict=True):
                counts[token][tag] += 1
        every = sum(counts.values(), Counter())
        rest = _most(every)
        chosen = {token: _most(tags) for token, tags in counts.items()}
        own = [token for token, tag in chosen.items() if tag != rest]
        own.sort(key=lambda token: (-counts[token].total(), token))
        tokens = {token: chosen[token] for token in own[:MOST]}
        return cls(scheme, rest, tokens, len(own) - len(tokens))

    @classmethod
    def load(cls, path: Path, tags: Sequence[str], scheme: str) -> "Commonest":
        """Read what `save` wrote.

        Args:
            path: the file.
            tags: those of the tagger.
            scheme: of them.

        Raises:
            InputError: if it is no such file.
        """
        found = read_json(path)
        by_tag = found.get("tokens") if isinstance(found, dict) else None
        if not isinstance(by_tag, dict) or not all(map(_are_tokens, by_tag.values())):
            raise InputError(f"{path}: expected tags and the tokens of each")
        rest, left_out = found.get("rest"), found.get("left_out")
        if not {rest, *by_tag} <= set(tags) or not isinstance(left_out, int):
            raise InputError(f"{path}: expected tags of the tagger: {', '.join(tags[:12])}")
        tokens = {token: tag for tag, each in by_tag.items() for token in each}
        return cls(scheme, rest, tokens, left_out)

    def save(self, path: Path) -> None:
        """Write it as JSON: tag -> tokens."""
        path.write_bytes(self._bytes)

    @functools.cached_property
    def _bytes(self) -> bytes:
        by_tag: defaultdict[str, list[str]] = defaultdict(list)
        for token, tag in self.tokens.items():
            by_tag[tag].append(token)
        record = {"rest": self.rest, "left_out": self.left_out, "tokens": by_tag}
        text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
        return text.encode()

    def __call__(self, tokens: Sequence[str]) -> list[str]:
        """The tags of a sequence, legal in the scheme."""
        return schemes.repair([self.tokens.get(t, self.rest) for t in tokens], self.scheme)

    def examples(self, examples: Iterable[Tagged]) -> Iterator[tuple[Tagged, list[str]]]:
        """Each example of a stream and the tags it gets."""
        for example in examples:
            yield example, self(example.tokens)

    @property
    def about(self) -> str:
        """How it answers, and what it takes of the artifact."""
        more = f" ({self.left_out:,} rarer ones left out)" if self.left_out else ""
        return (
            f"each token as it mostly is in the training part, others {self.rest!r}: {len(self.tokens):,} "
            f"tokens{more}, {len(self._bytes) / 1024:,.1f} KB in the artifact"
        )


def _most(tags: Counter[str]) -> str:
    """The most frequent tag."""
    return min(tags, key=lambda tag: (-tags[tag], tag))


def _are_tokens(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
