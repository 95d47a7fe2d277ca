"""Files that come as a form (`multipart/form-data`): `curl -F files=@a.wav`, or the page."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from fastapi import Request
from pydantic import ValidationError
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.types import Message

from seqzoo.datasets.reading.source import COLUMNAR, WORKBOOKS, of_bytes
from seqzoo.errors import InputError, TooLongError
from seqzoo.serving import schemas
from seqzoo.serving.granted import options_of
from seqzoo.serving.limits import Limits
from seqzoo.serving.requests import (
    Asked,
    Decoded,
    Take,
    beside,
    bounded,
    check_count,
    check_sound,
    check_texts,
)
from seqzoo.serving.service import Served
from seqzoo.tasks.inputs import Kind, sounds_within
from seqzoo.tasks.reading import kind_of_file

FIELD = "files"
MOST_FIELDS = 100
MOST_VALUE = 4 * 1024  # bytes of an option
UNPACKED = (*COLUMNAR, *WORKBOOKS, ".npz")
LONGEST_NAME = 100  # characters of a file's name in an error
# It has a line for each body that is no form: a client could fill the log with them.
logging.getLogger("python_multipart").setLevel(logging.ERROR)


class Upload(NamedTuple):
    """A file that came.

    Attributes:
        where: what errors call it.
        kind: that it is one input of; None: it has an input a line.
        content: its bytes.
    """

    where: str
    kind: Kind | None
    content: bytes


def is_upload(request: Request) -> bool:
    """Whether a request's body is a form with files; everything else is taken as JSON."""
    return _content_type(request)[0] == b"multipart/form-data"


def _content_type(request: Request) -> tuple[bytes, dict[bytes, bytes]]:
    return parse_options_header(request.headers.get("content-type"))


async def read(request: Request, served: Served, take: Take) -> Asked:
    """A request to answer what is in files: one input each or one a line, as `seqzoo predict` takes them.

    Args:
        request: its body is still to be read.
        served: the model that is asked.
        take: takes bytes of the server's memory, and raises `Full`.

    Raises:
        HTTPException: 400 if it is no form; else see `bounded`.
        TooLongError: on too many files, or too large ones.
        InputError: if they are not what was expected.
    """
    limits = served.limits
    async with bounded(request, limits.request(served.predictor.READS), take) as body:
        form = await _form(body, limits)
    try:
        fields, files = _parts(form)
        uploads = [await _upload(file, i, served) for i, file in enumerate(files)]
    finally:
        await form.close()
    return await beside(_asked, served, fields, uploads, take)


async def _form(body: Request, limits: Limits) -> FormData:
    """The parts of a form; large files are in temporary files without a name."""
    ending = b"--" + _content_type(body)[1].get(b"boundary", b"") + b"--"
    tail = b""

    async def receive() -> Message:
        nonlocal tail
        message = await body.receive()
        tail = (tail + message.get("body", b""))[-len(ending) - 2 :]
        return message

    bounds = {"max_fields": MOST_FIELDS, "max_part_size": MOST_VALUE}
    try:
        form = await Request(body.scope, receive).form(max_files=limits.max_texts, **bounds)
    except HTTPException as error:
        much = str(error.detail).startswith(("Too many", "Part exceeded"))
        raise HTTPException(413 if much else 400, f"body: {error.detail}") from None
    if not tail.rstrip(b"\r\n").endswith(
        ending
    ):  # the parser leaves a last part out without a word
        await form.close()
        raise HTTPException(400, "body: expected a form; its end is missing")
    return form


def _parts(form: FormData) -> tuple[dict[str, str], list[UploadFile]]:
    """The options and the files of a form.

    Raises:
        InputError: on a part that is neither.
    """
    fields: dict[str, str] = {}
    files: list[UploadFile] = []
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            if name != FIELD:
                raise InputError(f"{_shown(name)}: a file; expected it as {FIELD}")
            files.append(value)
        elif name == FIELD:
            raise InputError(f"{FIELD}[{len(files)}]: expected a file with its name")
        elif name in ("texts", "inputs"):
            raise InputError(f"{name}: expected in JSON; a form has {FIELD}")
        elif name in fields:
            raise InputError(f"{_shown(name)}: expected once; it comes twice")
        else:
            fields[name] = value
    if not files:
        raise InputError(f"{FIELD}: expected at least one file")
    return fields, files


async def _upload(file: UploadFile, number: int, served: Served) -> Upload:
    """A file's kind and bytes.

    Raises:
        TooLongError: if it is too large.
        InputError: if it is of a kind that the model does not read.
    """
    reads, name = served.predictor.READS, file.filename or ""
    try:
        kind = kind_of_file(Path(_shown(name)), reads)
    except InputError as error:
        raise InputError(f"{FIELD}[{number}]: {error}") from None
    where = f"{FIELD}[{number}]: {_shown(name)}"
    most = served.limits.file((kind.name,)) if kind else served.limits.request(reads)
    if (file.size or 0) > most:
        kinds = kind.name if kind else " or ".join(reads)
        raise TooLongError(
            f"{where}: {file.size:,} bytes; expected at most {most:,} of {kinds}"
        )
    return Upload(where, kind, await file.read())


def _shown(name: str) -> str:
    """A name from elsewhere, as it may stand in an error: its end, which has the ending of a file."""
    return "".join(c if c.isprintable() else "?" for c in name)[-LONGEST_NAME:]


def _asked(
    served: Served, fields: dict[str, str], uploads: list[Upload], take: Take
) -> Asked:
    options = _options_of(served, fields)
    hold, limits = Decoded(take), served.limits
    items: list = []
    named: list[str] = []
    with sounds_within(limits.max_seconds):
        for upload in uploads:
            for where, item in _items_of(served, upload):
                check_count("inputs", len(items) + 1, limits)
                items.append(hold(check_sound(item, where, limits)))
                named.append(where)
    if not items:
        raise InputError(f"{FIELD}: expected at least one input; the files are empty")
    texts = [i for i, item in enumerate(items) if isinstance(item, str)]
    check_texts([items[i] for i in texts], [named[i] for i in texts], limits)
    return Asked(items, named, options)


def _options_of(served: Served, fields: dict[str, str]) -> dict:
    try:
        asked = schemas.PredictRequest.model_validate_strings(fields)
    except ValidationError as error:
        raise InputError(schemas.explain(error)) from None
    return options_of(served, asked.settings(), "options")


def _items_of(served: Served, upload: Upload) -> Iterator[tuple[str, object]]:
    """The inputs in a file, and what errors call them."""
    source = of_bytes(upload.content, upload.where)
    # By the name alone: the content of a sound or a picture is checked by what reads it.
    if source.ending in UNPACKED:  # a small one may unpack to a huge one
        raise InputError(f"{upload.where}: expected a table of text, as .csv or .jsonl")
    if upload.kind is not None and upload.kind.from_bytes is not None:
        yield upload.where, upload.kind.from_bytes(upload.content, upload.where)
        return
    for record in served.predictor.open_inputs(source).records:
        if isinstance(record.value, InputError):
            raise record.value
        yield record.where, record.value
