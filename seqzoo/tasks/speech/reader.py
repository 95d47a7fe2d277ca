"""From sounds to words: `python reader.py < paths.txt`, the path of a WAV file a line."""

import json
import sys
import wave
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from ctc import greedy, log_softmax, text, words
from front_end import FrontEnd
from lines import answer
from pauses import sounding
from runtime import Network

FOLDER = Path(__file__).parent
WRITTEN = {"<blank>": "", "<space>": " "}  # in symbols.txt


class Reader:
    """The exported recognizer.

    Args:
        folder: of the export.
    """

    def __init__(self, folder: Path = FOLDER):
        self.network = Network(folder, "model")
        about = json.loads((folder / "text.json").read_text("utf-8"))
        self.front_end = FrontEnd.from_json(about["front_end"])
        self.stack, self.states = about["stack"], about["states"]
        lines = (folder / "symbols.txt").read_text("utf-8").split("\n")[:-1]
        self.symbols = [WRITTEN.get(line, line) for line in lines]

    def predict(self, sounds: Sequence[Any]) -> list[dict[str, Any]]:
        """Recognize sounds.

        Args:
            sounds: each the path of a WAV file, or a pair of samples, float (samples, channels) from -1 to 1,
                and hertz.

        Returns:
            For each `transcript`, and `words` with `word`, `start` and `end` in seconds, and `confidence`.

        Raises:
            ValueError: on a sound that cannot be read, or of another rate than the network was trained on.
        """
        return [self._answer(sound) for sound in sounds]

    def plain(self, answer: dict[str, Any]) -> str:
        """The transcript."""
        return answer["transcript"]

    def _answer(self, sound: Any) -> dict[str, Any]:
        samples, rate = samples_of(sound) if isinstance(sound, (str, Path)) else sound
        if rate != self.front_end.rate:
            raise ValueError(f"expected {self.front_end.rate} hertz; got {rate}")
        samples = np.asarray(samples, np.float32).mean(axis=1, dtype=np.float32)
        if not np.ptp(samples):
            raise ValueError("expected sound; all samples are equal")
        frames = self.front_end(samples)
        if not len(frames):
            raise ValueError("expected at least one frame of sound; it is shorter")

        given = {"frames": frames[None], "lengths": np.array([len(frames)], np.int32)}
        for name, size in self.states.items():
            given[name] = np.zeros((1, size), np.float32)
        logits = self.network.run(given)["logits"][0]
        steps = -(-len(frames) // self.stack)
        labels = greedy(log_softmax(logits[:steps]))
        hop = self.front_end.hop
        # A network of a single direction, which has states, emits nothing before it hears it.
        loud = (
            None
            if self.states
            else sounding(self.front_end.loudness(frames), hop, self.stack)
        )
        return {
            "transcript": text(labels, self.symbols),
            "words": words(labels, self.symbols, self.stack * hop, loud),
        }


def samples_of(path: str | Path) -> tuple[np.ndarray, int]:
    """The samples of a WAV file of whole numbers, float32 (samples, channels) from -1 to 1, and hertz.

    Raises:
        ValueError: if it is none.
    """
    try:
        with wave.open(str(path)) as file:
            channels, width, rate, count, *_ = file.getparams()
            raw = np.frombuffer(file.readframes(count), np.uint8)
    except (OSError, EOFError, wave.Error) as error:
        raise ValueError(f"{path}: expected a WAV file: {error}") from error
    if width == 1:  # without sign, unlike the wider ones
        values = (raw.astype(np.float32) - 128) / 128
    else:
        raw = raw[: len(raw) // width * width].reshape(-1, width)  # (numbers, bytes)
        wide = np.zeros((len(raw), 4), np.uint8)
        wide[:, 4 - width :] = raw  # little-endian: the low bytes of an int32 stay 0
        values = wide.view("<i4")[:, 0].astype(np.float32) / 2**31
    return values[: len(values) // channels * channels].reshape(-1, channels), rate


if __name__ == "__main__":
    sys.exit(answer(Reader()))
