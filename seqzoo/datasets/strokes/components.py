"""What a character is made of, as KanjiVG's tree says: a sequence of components and their places."""

from collections.abc import Iterator

from seqzoo.datasets.strokes.markup import Element

ELEMENT, PLACE, PART, KIND = "kvg:element", "kvg:position", "kvg:part", "kvg:type"
END = ")"  # of a group that has components of its own
BARE = "stroke"  # one without a kind


def components_of(group: Element) -> tuple[str, ...]:
    """A character's tokens in the order of writing: 想 is `top left 木 right 目 ) bottom 心`.

    A group without a component inside is a token, its name. Behind a `/` stands which part it is of one that
    is written in several. A group with components inside is what these are, and `)`. Before a group stands
    its place, where the tree says it. A stroke outside of all components is the name of its kind.

    Args:
        group: the element `g` of the character.
    """
    return tuple(_tokens(group, outermost=True))


def _tokens(group: Element, outermost: bool = False) -> Iterator[str]:
    place = None if outermost else group.attributes.get(PLACE)
    if place:
        yield place
    name = group.attributes.get(ELEMENT)
    inside = [
        other
        for other in group.walk()
        if other is not group and ELEMENT in other.attributes
    ]
    if name and not inside:
        part = group.attributes.get(PART)
        yield f"{name}/{part}" if part else name
        return
    for child in group.children:
        if child.name == "g":
            yield from _tokens(child)
        elif child.name == "path":
            # `㇑a` and `㇔/㇀` are forms of ㇑ and ㇔.
            yield child.attributes.get(KIND, "")[:1] or BARE
    if place:
        yield END
