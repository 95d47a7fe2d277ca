"""What a token of a corpus is, where the settings leave that to its script."""

from collections.abc import Iterable
from pathlib import Path

from seqzoo.pipeline.prepared import ABOUT
from seqzoo.system.files import read_json
from seqzoo.text.scripts import SHARE, share_without_spaces, without_spaces


def unit_for(wanted: str | None, folder: Path, texts: Iterable[str]) -> str:
    """What a token is: as the settings say, as it was at first, or by the script of the texts.

    A warning is printed where words are asked for of texts that are written without spaces.

    Args:
        wanted: of the settings; None: they leave it open.
        folder: of the prepared data, if they are there.
        texts: of the training part; not read where it is decided already.
    """
    is_ready = (folder / ABOUT).exists()
    if wanted is None and is_ready:
        return read_json(folder / ABOUT)["text"]["unit"]
    if wanted is not None and (wanted != "word" or is_ready):
        return wanted
    share = share_without_spaces(texts)
    unit = "character" if share >= SHARE else "word"
    if wanted == "word" != unit:
        print(without_spaces(share), flush=True)
    return wanted or unit
