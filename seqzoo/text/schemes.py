"""Tags <-> spans and words in the schemes BMES, BIOES and BIO.

A tag is a role, or a role, a hyphen and a label: `B`, `B-person`. Roles: begin, inside (`M` in BMES,
`I` else), end, single, and `O` for outside. Spans are (start, end, label), end exclusive.

Illegal sequences are read as conlleval reads them (Tjong Kim Sang & Buchholz 2000): a span begins
where the label changes or the tag says so, and ends likewise; no token's tag is thrown away.
"""

from collections.abc import Iterable, Sequence

from seqzoo.errors import InputError, unknown_name

SCHEMES = {
    "BMES": "BMESO",
    "BIOES": "BIESO",
    "BIO": "BIIBO",
}  # begin, inside, end, single, outside
OUTSIDE = "O"

Span = tuple[int, int, str]


def split(tag: str) -> tuple[str, str]:
    """Role and label of a tag; the label is empty where there is none."""
    role, _, label = tag.partition("-")
    return role, label


def check(tags: Iterable[str], scheme: str, where: str = "tags") -> None:
    """Refuse a tag that is none of the scheme's.

    Raises:
        InputError: naming the tag and the roles there are.
    """
    if scheme not in SCHEMES:
        raise unknown_name("scheme", scheme, SCHEMES)
    for tag in tags:
        role, label = split(tag)
        if (
            role not in tuple(SCHEMES[scheme])
            or (role == OUTSIDE and label)
            or (label == "" and "-" in tag)
        ):
            roles = ", ".join(sorted(set(SCHEMES[scheme])))
            raise InputError(
                f"{where}: expected a tag of {scheme} ({roles}, or with -LABEL); got {tag!r}"
            )


def tags_of(labels: Iterable[str], scheme: str) -> list[str]:
    """All tags for some labels, outside first; for the label "" the bare roles."""
    roles = dict.fromkeys(SCHEMES[scheme][:4])
    return [
        OUTSIDE,
        *(f"{role}-{label}" if label else role for label in labels for role in roles),
    ]


def spans_to_tags(spans: Iterable[Span], length: int, scheme: str) -> list[str]:
    """The tags of spans that do not overlap.

    Raises:
        InputError: on a span that is empty, overlaps another or goes beyond `length`.
    """
    begin, inside, end, single, outside = tuple(SCHEMES[scheme])
    tags = [outside] * length
    for start, stop, label in sorted(spans):
        if not 0 <= start < stop <= length or any(
            tag != outside for tag in tags[start:stop]
        ):
            raise InputError(
                f"span ({start}, {stop}, {label!r}): empty, overlapping or beyond {length}"
            )
        roles = (
            [single] if stop - start == 1 else [begin, *inside * (stop - start - 2), end]
        )
        tags[start:stop] = [f"{role}-{label}" if label else role for role in roles]
    return tags


def tags_to_spans(tags: Sequence[str]) -> list[Span]:
    """The spans that tags of any of the schemes mean, in order; see above for illegal sequences."""
    spans, start, before, label_before = [], 0, OUTSIDE, ""
    for place, tag in enumerate([*tags, OUTSIDE]):
        role, label = split(tag)
        begins = role in "BS" or before in "ESO" or label != label_before
        if before != OUTSIDE and (begins or role == OUTSIDE):
            spans.append((start, place, label_before))
        if role != OUTSIDE and begins:
            start = place
        before, label_before = role, label
    return spans


def repair(tags: Sequence[str], scheme: str) -> list[str]:
    """The legal sequence with the same spans; a legal one comes back as it is."""
    return spans_to_tags(tags_to_spans(tags), len(tags), scheme)


def words_to_tags(words: Iterable[str], scheme: str = "BMES") -> list[str]:
    """A tag for each character of the words."""
    spans, place = [], 0
    for word in words:
        spans.append((place, place + len(word), ""))
        place += len(word)
    return spans_to_tags(spans, place, scheme)


def tags_to_words(characters: str, tags: Sequence[str]) -> list[str]:
    """The words that tags cut a text into; a character outside any is a word of its own."""
    if len(characters) != len(tags):
        raise InputError(
            f"tags: expected one for each of {len(characters)} characters; got {len(tags)}"
        )
    words, place = [], 0
    for start, stop, _ in tags_to_spans(tags):
        words += [*characters[place:start], characters[start:stop]]
        place = stop
    return [*words, *characters[place:]]


def legal(
    tags: Sequence[str], scheme: str
) -> tuple[list[bool], list[list[bool]], list[bool]]:
    """What may stand where: `starts`, `allowed` [before][after] and `ends`, lists of bool.

    Args:
        tags: the names, in the order of the model's output.
        scheme: a name in `SCHEMES`.
    """
    check(tags, scheme)
    parts = [split(tag) for tag in tags]
    free = "SO" if scheme != "BIO" else "BIO"  # roles after which a span need not go on
    starts = [role in "BSO" for role, _ in parts]
    ends = [role in "ESO" or role in free for role, _ in parts]
    allowed = [[_follows(before, after, scheme) for after in parts] for before in parts]
    return starts, allowed, ends


def _follows(before: tuple[str, str], after: tuple[str, str], scheme: str) -> bool:
    (role, label), (next_role, next_label) = before, after
    if next_role in "BSO":  # something new begins
        return scheme == "BIO" or role in "ESO"
    goes_on = "BI" if scheme == "BIO" else "BMI"
    return role in goes_on and label == next_label
