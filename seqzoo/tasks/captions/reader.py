"""What pictures show: `python reader.py < paths.txt`, the path of a PNG or JPEG file a line."""

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from beam import Beam
from lines import answer
from pixels import decoded, fitted

FOLDER = Path(__file__).parent
SPACE = "▁"
SHORTEST = 1  # tokens of a caption at least
BEFORE = re.compile(r" (?=[,.;:!?%)\]’'])|(?<=[(\[#*]) ")


class Reader:
    """The exported captioner.

    Args:
        folder: of the export.
    """

    def __init__(self, folder: Path = FOLDER):
        self.text = json.loads((folder / "text.json").read_text("utf-8"))
        self.tokens = (folder / "tokens.txt").read_text("utf-8").split("\n")[:-1]
        search = self.text["search"]
        self.beam = Beam(folder, search["beam_size"], search["length_penalty"], SHORTEST)

    def predict(self, pictures: Sequence[Any]) -> list[dict[str, Any]]:
        """Caption pictures.

        Args:
            pictures: each the path of a PNG or JPEG file, or its pixels, uint8 (height, width, channels).

        Returns:
            For each `caption` and `score`, its log-probability with the penalty of lengths.

        Raises:
            ValueError: on a picture that cannot be read.
        """
        return [self._answer(picture) for picture in pictures]

    def plain(self, answer: dict[str, Any]) -> str:
        """The caption alone."""
        return answer["caption"]

    def _answer(self, picture: Any) -> dict[str, Any]:
        if isinstance(picture, (str, Path)):
            picture = pixels_of(Path(picture))
        square = fitted(np.asarray(picture), self.text["image_size"])
        given = {"picture": square[None].astype(np.float32) / np.float32(255)}
        score, ids, _ = self.beam.best(given, self.text["longest"])
        return {"caption": self.decode(ids), "score": float(score)}

    def decode(self, ids: Sequence[int]) -> str:
        """A caption of ids without the end."""
        tokens = [self.tokens[id] for id in ids]
        if self.text["unit"] == "word":
            return BEFORE.sub("", " ".join(tokens))
        return "".join(tokens).replace(SPACE, " ")


def pixels_of(path: Path) -> np.ndarray:
    """The picture of a file, uint8 (height, width, 1 or 3).

    Raises:
        ValueError: if it cannot be read.
    """
    try:
        return decoded(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: expected {error}") from error


if __name__ == "__main__":
    sys.exit(answer(Reader()))
