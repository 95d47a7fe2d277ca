"""XML as a tree, read safely: no entity, no other file that it names, and bounds of depth and size."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from seqzoo.errors import InputError

MOST_BYTES = 64 * 2**20  # of a file
DEEPEST = 200  # elements inside each other
MOST_ELEMENTS = 2_000_000


@dataclass
class Element:
    """An element of XML.

    Attributes:
        name: without its prefix.
        attributes: by their names, prefixes included.
        line: where it begins.
        text: all text directly inside it.
        children: the elements directly inside it.
    """

    name: str
    attributes: dict[str, str]
    line: int
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    def walk(self) -> Iterator["Element"]:
        """This and all inside it, in the order of the file."""
        yield self
        for child in self.children:
            yield from child.walk()

    def every(self, name: str) -> list["Element"]:
        """All elements of a name, this among them."""
        return [element for element in self.walk() if element.name == name]


def read_xml(path: Path) -> Element:
    """The root of an XML file.

    Raises:
        InputError: if it cannot be read, is no XML, is too large or deep, or declares an entity.
    """
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise InputError(
                f"{path}: expected at most {MOST_BYTES:,} bytes of XML; got {size:,}"
            )
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    return parsed(content, str(path))


def parsed(content: bytes, where: str) -> Element:
    """The root of XML.

    Args:
        content: the bytes, in the encoding that they name.
        where: they stand; begins errors.

    Raises:
        InputError: see `read_xml`.
    """
    reader = _Reader(where)
    try:
        reader.parser.Parse(content, True)
    except expat.ExpatError as error:
        told = expat.ErrorString(error.code)
        raise InputError(f"{where}:{error.lineno}: no XML: {told}") from error
    except (ValueError, LookupError) as error:  # of the encoding
        if isinstance(error, InputError):
            raise
        raise InputError(f"{where}: no XML: {error}") from error
    return reader.root.children[0]


class _Reader:
    """Makes the tree while the parser goes through the file."""

    def __init__(self, where: str):
        self.where, self.count = where, 0
        self.root = Element("", {}, 0)
        self.open = [self.root]
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self.parser.StartElementHandler = self.begin
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.EntityDeclHandler = self.entity
        self.parser.SkippedEntityHandler = self.entity

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        line = self.parser.CurrentLineNumber
        if len(self.open) > DEEPEST or self.count > MOST_ELEMENTS:
            raise InputError(
                f"{self.where}:{line}: expected at most {DEEPEST} elements inside each other and "
                f"{MOST_ELEMENTS:,} in all"
            )
        element = Element(name.rpartition(":")[2], attributes, line)
        self.open[-1].children.append(element)
        self.open.append(element)

    def end(self, _name: str) -> None:
        self.open.pop()

    def characters(self, text: str) -> None:
        self.open[-1].text += text

    def entity(self, name: str, *_: object) -> None:
        line = self.parser.CurrentLineNumber
        raise InputError(
            f"{self.where}:{line}: entity {name}: expected XML that declares no entities"
        )
