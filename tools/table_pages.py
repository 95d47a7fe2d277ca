"""Tables in the reference: the recurrent cells, and the server's addresses."""

import json
import types
from collections.abc import Iterator, Mapping
from typing import Any

from tools.command_pages import escaped

MARK = "<!-- table: cells -->"  # stands in `docs/reference/cells.md` where the table comes


def pages() -> Iterator[tuple[str, str]]:
    """The path of each page below `reference/`, and its Markdown."""
    yield "http.md", http(openapi())


def cells() -> str:
    """The cells that builders and recipes know by name, with their equations, as a table of Markdown."""
    from seqzoo.layers import CELLS, recurrent

    lines = ["| name | class | what it is | loop |", "|---|---|---|---|"]
    for name, kind in CELLS.items():
        if not kind.layer.__module__.startswith("seqzoo."):
            continue  # of a package that happens to be installed here
        layer = recurrent(name, 2)
        layer.build((None, None, 2))
        loop = "plain" if layer.compiled_form() is None else "compiled"
        made_by = kind.layer.__name__
        place = f"[`{made_by}`][{kind.layer.__module__}.{made_by}]"
        lines.append(f"| `{name}` | {place} | {escaped(kind.about)} | {loop} |")
    return "\n".join(lines)


def openapi() -> dict[str, Any]:
    """The schema that a server answers at `/openapi.json`."""
    from seqzoo.serving import create_app

    # The schema is made of the addresses alone; no model is needed for that.
    return create_app(types.SimpleNamespace(models={})).openapi()  # type: ignore[arg-type]


def http(schema: Mapping[str, Any]) -> str:
    """A page of Markdown: each address of a server, what it takes and what it answers.

    Args:
        schema: in the form of OpenAPI 3.
    """
    lines = [
        "# HTTP",
        "",
        "`seqzoo serve` answers at these addresses. A server gives the same schema at `/openapi.json`.",
        "How requests are batched and refused: [Serve a model](../guide/serve.md).",
        "",
    ]
    for path, methods in schema["paths"].items():
        for method, about in methods.items():
            lines += _address(f"{method.upper()} {path}", about)
    lines += ["## Shapes of data", ""]
    for name, shape in schema["components"]["schemas"].items():
        lines += [
            f"### {name}",
            "",
            escaped(shape.get("description", "")),
            "",
            *_fields(shape),
        ]
    return "\n".join(lines)


def _address(title: str, about: Mapping[str, Any]) -> list[str]:
    """A section on one address."""
    lines = [f"## `{title}`", "", escaped(about.get("description", "")), ""]
    for kind, body in about.get("requestBody", {}).get("content", {}).items():
        lines += [f"Request, `{kind}`:", "", *_fields(body["schema"])]
    lines += ["| status | answer |", "|---|---|"]
    for status, answer in about["responses"].items():
        kinds = ", ".join(f"`{kind}`" for kind in answer.get("content", {}))
        shapes = [_type(c.get("schema", {})) for c in answer.get("content", {}).values()]
        told = " ".join([escaped(answer.get("description", "")), kinds, *shapes])
        lines.append(f"| {status} | {told.strip()} |")
    return [*lines, ""]


def _fields(shape: Mapping[str, Any]) -> list[str]:
    """A table of an object's fields."""
    if not shape.get("properties"):
        return []
    required = shape.get("required", [])
    lines = ["| field | type | what |", "|---|---|---|"]
    for name, field in shape["properties"].items():
        told = escaped(field.get("description", ""))
        if name in required:
            told = f"required; {told}" if told else "required"
        lines.append(f"| `{name}` | {_type(field)} | {told} |")
    return [*lines, ""]


def _type(field: Mapping[str, Any]) -> str:
    """A field's type and bounds in words."""
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in field:
        kinds = [_type(each) for each in field["anyOf"] if each.get("type") != "null"]
        return " or ".join(kinds)
    if field.get("type") == "array":
        return f"list of {_type(field.get('items', {}))}"
    if "enum" in field:
        return ", ".join(f"`{json.dumps(value)}`" for value in field["enum"])
    bounds = {
        "minimum": "≥",
        "exclusiveMinimum": ">",
        "maximum": "≤",
        "exclusiveMaximum": "<",
    }
    limits = [f"{sign} {field[name]:g}" for name, sign in bounds.items() if name in field]
    return " ".join([field.get("type", "any"), ", ".join(limits)]).strip()
