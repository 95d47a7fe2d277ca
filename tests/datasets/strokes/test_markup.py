"""XML from anybody: no entity, no other file, bounds, errors with their line."""

import pytest

from seqzoo import InputError
from seqzoo.datasets.strokes.markup import parsed, read_xml

BOMB = b"""<!DOCTYPE x [
<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;">
]><x>&b;</x>"""
PARAMETER = b'<!DOCTYPE x [<!ENTITY % a "b">]><x/>'
FOREIGN = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
UNSEEN = b'<!DOCTYPE x SYSTEM "other.dtd"><x>&a;</x>'


def test_elements_have_names_attributes_texts_and_lines():
    root = parsed(
        b'<a:b xmlns:a="n" c:d="1"\n xmlns:c="m"><e>t\xc3\xa9</e>\n<e/></a:b>', "x"
    )
    assert root.name == "b" and root.attributes["c:d"] == "1"
    assert [(e.text, e.line) for e in root.every("e")] == [("té", 2), ("", 3)]


def test_other_encodings_are_read():
    text = '<?xml version="1.0" encoding="ISO-8859-1"?><x>é</x>'
    assert parsed(text.encode("latin-1"), "x").text == "é"


def test_a_document_type_without_entities_is_read():
    """As KanjiVG's files have one."""
    text = b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.0//EN" "svg.dtd" [<!ATTLIST g a CDATA #IMPLIED>]><svg/>'
    assert parsed(text, "x").name == "svg"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (BOMB, r"^x:2: entity a: expected XML that declares no entities$"),
        (PARAMETER, r"^x:1: entity a: expected XML that declares no"),
        (FOREIGN, r"^x:1: entity a: expected XML that declares no"),
        (UNSEEN, r"^x:1: entity a: expected XML that declares no"),
        (b"<x>&b;</x>", r"^x:1: no XML: undefined entity$"),
        (b"<x>\n<y></x>", r"^x:2: no XML: mismatched tag$"),
        (b"", r"^x:1: no XML: no element found$"),
        (b"<x>" * 201 + b"</x>" * 201, r"^x:1: expected at most 200 elements inside each"),
        (
            b'<?xml version="1.0" encoding="none-such"?><x/>',
            r"^x: no XML: unknown encoding: none-such$",
        ),
        (b"<x>\xff\xfe</x>", r"^x:1: no XML: not well-formed"),
    ],
)
def test_what_cannot_be_trusted_is_refused(content, message):
    with pytest.raises(InputError, match=message):
        parsed(content, "x")


def test_a_large_or_missing_file_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("seqzoo.datasets.strokes.markup.MOST_BYTES", 10)
    path = tmp_path / "a.xml"
    path.write_text("<x>            </x>")
    with pytest.raises(
        InputError, match=r"a\.xml: expected at most 10 bytes of XML; got 19$"
    ):
        read_xml(path)
    with pytest.raises(InputError, match=r"b\.xml: cannot be read: No such file"):
        read_xml(tmp_path / "b.xml")
