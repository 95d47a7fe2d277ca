"""What a character is made of, as Unicode describes it: ⿰氵工 is 氵 left of 工.

The trees of components are KanjiVG's. Their places become Unicode's ideographic description characters. The
trees of two characters may cut the same component differently: the commonest way counts for all.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from seqzoo.datasets.strokes.markup import Element

ELEMENT, PLACE, PART = "kvg:element", "kvg:position", "kvg:part"
# What surrounds on which sides; 囗 on all.
AROUND = {"⿵": "冂冖几風門鬥勹凢", "⿶": "凵", "⿷": "匚匸", "⿹": "勹弋气戈"}
ALL_AROUND = "⿴"
# Places of the parts, in this order -> the sign before them.
SIGNS = {
    ("left", "right"): "⿰",
    ("left", "left", "right"): "⿲",
    ("left", "right", "right"): "⿲",
    ("top", "bottom"): "⿱",
    ("top", "top", "bottom"): "⿳",
    ("top", "bottom", "bottom"): "⿳",
    ("tare", "tarec"): "⿸",
    ("nyo", "nyoc"): "⿺",
}
MARKS = frozenset("⿰⿱⿲⿳⿴⿵⿶⿷⿸⿹⿺")
DEEPEST = 12

# A component's name, or a sign and what it places.
Node: TypeAlias = "str | tuple[str, tuple[Node, ...]]"


class _Part(NamedTuple):
    """A component: its place in the one around it, its name, and its own groups."""

    place: str
    name: str
    groups: tuple[Element, ...]


def structures(characters: Iterable[tuple[str, Element]]) -> dict[str, tuple[str, ...]]:
    """The components of characters in Unicode's order, each behind the sign that places it.

    Args:
        characters: each with its group, the element `g` of KanjiVG.

    Returns:
        Character -> tokens: 想 is `⿱ ⿰ 木 目 心`. One without places inside is itself.
    """
    cuts: dict[str, Counter[Node]] = defaultdict(Counter)
    own: dict[str, Node] = {}
    for character, group in characters:
        whole = _Part("", _name(group) or character, (group,))
        own[character] = _cut(whole)
        for part in _inside(whole):
            cuts[part.name][_cut(part)] += 1
    usual = {
        # Of two as frequent the one that says more.
        name: max(counts, key=lambda node: (counts[node], node != name, str(node)))
        for name, counts in cuts.items()
    }
    return {name: tuple(_tokens(node, usual, (name,))) for name, node in own.items()}


def _name(group: Element) -> str:
    """A component's name, a character; some have only a number in a table, as `CDP-8BC4`: that is none."""
    name = group.attributes.get(ELEMENT, "")
    return name if len(name) == 1 else ""


def _inside(part: _Part) -> Iterable[_Part]:
    """A component, if it has a name, and all those inside it that do."""
    if part.name:
        yield part
    for each in _parts(part.groups):
        yield from _inside(each)


def _cut(part: _Part) -> Node:
    """A component cut once: a sign and names, or its own name; what has no name is cut further."""
    parts = _parts(part.groups)
    sign, ordered = _placed(parts)
    if sign is not None and _only_groups(part.groups):
        inside = tuple(each.name or _cut(each) for each in ordered)
        if all(inside):
            return sign, inside
    if part.name:
        return part.name
    # A group that only holds another one.
    if len(parts) == 1 and _only_groups(part.groups):
        return parts[0].name or _cut(parts[0])
    return ""


def _tokens(node: Node, usual: dict[str, Node], above: tuple[str, ...]) -> Iterable[str]:
    """The tokens of a cut, its components cut as usual; one that is in itself stays whole."""
    if isinstance(node, str):
        further = usual.get(node, node)
        if isinstance(further, str) or node in above or len(above) > DEEPEST:
            yield node
            return
        above = (*above, node)
        node = further
    sign, inside = node
    yield sign
    for each in inside:
        yield from _tokens(each, usual, above)


def _parts(groups: Sequence[Element]) -> list[_Part]:
    """The components directly inside, those that are cut in halves as one, where the first half is."""
    found: list[_Part] = []
    for child in (each for group in groups for each in group.children if each.name == "g"):
        name = _name(child)
        place = child.attributes.get(PLACE, "")
        half = child.attributes.get(PART, "1")
        names = [each.name for each in found]
        if half != "1" and name and name in names:
            at = names.index(name)
            first = found[at]
            found[at] = _Part(first.place or place, name, (*first.groups, child))
        else:
            found.append(_Part(place, name, (child,)))
    return found


def _only_groups(groups: Sequence[Element]) -> bool:
    return all(child.name == "g" for group in groups for child in group.children)


def _placed(parts: Sequence[_Part]) -> tuple[str | None, list[_Part]]:
    """The sign of components, and these in its order; None, if their places are none of it."""
    places = [each.place.rstrip("0123456789") for each in parts]
    if "kamae" in places and len(parts) == 2:
        outer = parts[places.index("kamae")]
        inner = parts[1 - places.index("kamae")]
        if outer.name and inner.place in ("", "kamaec"):
            return _around(outer.name), [outer, inner]
    for wanted, sign in SIGNS.items():
        if sorted(places) == sorted(wanted) and len(set(places)) == len(places):
            return sign, [parts[places.index(place)] for place in wanted]
        if places == list(wanted):  # several of a kind stand in order
            return sign, list(parts)
    return None, []


def _around(name: str) -> str:
    return next((sign for sign, names in AROUND.items() if name in names), ALL_AROUND)
