"""A tree with a colour a node, as Socher et al. (2013) drew it: SVG or PNG."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.sax.saxutils import escape

from seqzoo.errors import unknown_name
from seqzoo.system.files import replacing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ENDINGS = (".svg", ".png")
WIDTH, HEIGHT, RADIUS, EDGE = 64, 46, 12, 30  # of a leaf, a level, a node, around all
LETTER = 8  # width of one
DOTS, LARGEST = 72, 40  # an inch of a PNG, and its longer side in inches
# From the first class to the last: blue, grey, red, which colour-blind readers tell apart.
COLOURS = ("#2166ac", "#67a9cf", "#d9d9d9", "#ef8a62", "#b2182b")


class Placed(NamedTuple):
    """Where the nodes of a tree stand.

    Attributes:
        x, y: of each node's middle.
        width, height: of the picture.
    """

    x: list[float]
    y: list[float]
    width: float
    height: float


def placed(nodes: Sequence[dict[str, Any]]) -> Placed:
    """Leaves from left to right on the lowest line, every other node above its children.

    Args:
        nodes: with `word` and `children`, places from 0 on, each behind its children.
    """
    x: list[float] = []
    levels: list[int] = []
    right = float(EDGE)
    for node in nodes:
        kids = node["children"]
        if kids:
            x.append((x[kids[0]] + x[kids[-1]]) / 2)
            levels.append(1 + max(levels[kid] for kid in kids))
            continue
        room = max(WIDTH, LETTER * len(node["word"] or "") + 8)
        x.append(right + room / 2)
        levels.append(0)
        right += room
    y = [float(EDGE + HEIGHT * (max(levels) - level)) for level in levels]
    return Placed(x, y, right + EDGE, HEIGHT * max(levels) + 2 * EDGE + 24)


def colour(label: str, labels: Sequence[str]) -> str:
    """The colour of a class, by its place among all."""
    place = labels.index(label) / max(1, len(labels) - 1)
    return COLOURS[round(place * (len(COLOURS) - 1))]


def svg(nodes: Sequence[dict[str, Any]], labels: Sequence[str]) -> str:
    """A picture of a tree.

    Args:
        nodes: with `word`, `children`, `label` and `probability`, each behind its children.
        labels: names of the classes, in order.
    """
    at = placed(nodes)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {at.width:.0f} {at.height:.0f}" '
        f'width="{at.width:.0f}" height="{at.height:.0f}" font-family="sans-serif" font-size="13" '
        'text-anchor="middle">',
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for place, node in enumerate(nodes):
        for kid in node["children"]:
            lines.append(
                f'<line x1="{at.x[place]:.1f}" y1="{at.y[place]:.1f}" x2="{at.x[kid]:.1f}" '
                f'y2="{at.y[kid]:.1f}" stroke="#777777"/>'
            )
    for place, node in enumerate(nodes):
        label, share = node["label"], node["probability"]
        lines.append(
            f'<circle cx="{at.x[place]:.1f}" cy="{at.y[place]:.1f}" r="{RADIUS}" stroke="#333333" '
            f'fill="{colour(label, labels)}" fill-opacity="{0.35 + 0.65 * share:.2f}">'
            f"<title>{escape(label)} {share:.0%}</title></circle>"
        )
        if node["word"] is not None:
            below = at.y[place] + RADIUS + 16
            lines.append(
                f'<text x="{at.x[place]:.1f}" y="{below:.1f}">{escape(node["word"])}</text>'
            )
    return "\n".join([*lines, "</svg>"]) + "\n"


def write(path: Path, nodes: Sequence[dict[str, Any]], labels: Sequence[str]) -> None:
    """Write a picture of a tree; see `svg`.

    Args:
        path: of the file, which is replaced whole; its ending says the format.
        nodes, labels: of the tree.

    Raises:
        InputError: on another ending.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise unknown_name(f"{path}: ending", path.suffix, ENDINGS)
    with replacing(path) as file:
        if ending == ".svg":
            file.write(svg(nodes, labels).encode())
        else:
            figure(nodes, labels).savefig(file, format="png")


def figure(nodes: Sequence[dict[str, Any]], labels: Sequence[str]) -> "Figure":
    """The same picture by Matplotlib; one of many words is drawn smaller."""
    from matplotlib.figure import Figure

    from seqzoo.reports import fonts

    at = placed(nodes)
    size = min(1.0, LARGEST * DOTS / max(at.width, at.height))
    drawn = Figure((size * at.width / DOTS, size * at.height / DOTS), dpi=2 * DOTS)
    axes = drawn.add_axes((0, 0, 1, 1))
    words, font = fonts.shown([node["word"] or "" for node in nodes])
    for place, (node, word) in enumerate(zip(nodes, words, strict=True)):
        x, y = at.x[place], at.y[place]
        for kid in node["children"]:
            axes.plot([x, at.x[kid]], [y, at.y[kid]], color="0.5", linewidth=1, zorder=1)
        fill = colour(node["label"], labels)
        axes.scatter([x], [y], s=200 * size**2, color=fill, edgecolors="0.2", zorder=2)
        axes.text(x, y + RADIUS + 14, word, ha="center", fontsize=9 * size, **font)
    axes.set(xlim=(0, at.width), ylim=(at.height, 0))
    axes.axis("off")
    return drawn
