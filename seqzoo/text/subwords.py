"""Text <-> ids for translation: subwords, words or characters, by sentencepiece, and back to plain text."""

import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import sentencepiece

from seqzoo.errors import InputError, unknown_name
from seqzoo.text.vocabulary import BOS, EOS, PAD, SPECIAL, UNK

UNITS = {"unigram": "unigram", "bpe": "bpe", "word": "word", "character": "char"}
FORMS = (
    "NFC",
    "NFKC",
)  # of Unicode, in which a translator reads texts; the first where none is named
MARK = "￭"  # joins a word and the punctuation that was cut off it
LONGEST = 16_000  # bytes of a training text; longer ones would be left out unsaid
_PUNCTUATION = re.compile(r"(?<=\S)(?=[^\w\s])|(?<=[^\w\s])(?=\S)")


class Subwords:
    """A trained sentencepiece model (Kudo & Richardson 2018) with seqzoo's special ids.

    Args:
        path: its file.
        unit: the name in `UNITS` that it was trained for.

    Raises:
        InputError: if the file is none, or has other special ids.
    """

    def __init__(self, path: Path, unit: str):
        self.unit, self._proto = unit, Path(path).read_bytes()
        self._model = sentencepiece.SentencePieceProcessor()
        try:
            self._model.LoadFromSerializedProto(self._proto)
        except RuntimeError as error:
            raise InputError(f"{path}: not a sentencepiece model: {error}") from error
        ids = (
            self._model.pad_id(),
            self._model.unk_id(),
            self._model.bos_id(),
            self._model.eos_id(),
        )
        if ids != (PAD, UNK, BOS, EOS):
            raise InputError(
                f"{path}: expected the ids {(PAD, UNK, BOS, EOS)} of pad, unk, bos, eos; got {ids}"
            )

    @classmethod
    def train(
        cls,
        path: Path,
        texts: Callable[[], Iterable[str]],
        *,
        unit: str,
        size: int,
        seed: int,
        symbols: Sequence[str] = (),
    ) -> "Subwords":
        """Train on texts and write the model to a file.

        Args:
            path: the file.
            texts: makes an iterator of the texts.
            unit: a name in `UNITS`: unigram (Kudo 2018), bpe (Sennrich et al. 2016), word, character.
            size: pieces at most, the four special ones included.
            seed: of the choice of texts, where there are over a million.
            symbols: characters that are a piece each, with the space before them, in the texts or not.

        Raises:
            InputError: on an unknown unit, or where the texts don't make a vocabulary.
        """
        if unit not in UNITS:
            raise unknown_name("unit", unit, UNITS)
        model = io.BytesIO()
        sentencepiece.set_random_generator_seed(seed)
        try:
            sentencepiece.SentencePieceTrainer.train(
                sentence_iterator=(_prepared(text, unit) for text in texts()),
                model_writer=model,
                model_type=UNITS[unit],
                vocab_size=size,
                hard_vocab_limit=False,  # small corpora make fewer pieces
                character_coverage=0.9999 if unit != "character" else 1.0,
                input_sentence_size=1_000_000,
                max_sentence_length=LONGEST,
                pad_id=PAD,
                unk_id=UNK,
                bos_id=BOS,
                eos_id=EOS,
                user_defined_symbols=[f"▁{symbol}" for symbol in symbols],
                normalization_rule_name="identity",  # what comes out should be as it was written
                num_threads=1,
                minloglevel=2,
            )
        except RuntimeError as error:
            raise InputError(
                f"vocabulary: no {unit} model of {size} pieces: {_reason(error)}"
            ) from error
        path.write_bytes(model.getvalue())
        return cls(path, unit)

    def __len__(self) -> int:
        return self._model.GetPieceSize()

    def save(self, path: Path) -> None:
        """Write the model's file."""
        path.write_bytes(self._proto)

    def encode(self, text: str) -> np.ndarray:
        """Ids, int32 (time,), without `<s>` and `</s>`."""
        return np.array(self._model.EncodeAsIds(_prepared(text, self.unit)), np.int32)

    def variants(self, text: str, count: int, alpha: float) -> list[np.ndarray]:
        """Ids of the text cut in `count` ways, drawn (subword regularisation, Kudo 2018; of BPE: its
        dropout, Provilkov et al. 2020).

        Args:
            alpha: unigram: the smoother, the smaller; BPE: share of merges left out.

        Raises:
            InputError: on words and characters, which are cut in one way only.
        """
        if self.unit not in ("unigram", "bpe"):
            raise InputError(f"variants: expected the unit unigram or bpe; got {self.unit}")
        text = _prepared(text, self.unit)
        draws = self._model.SampleEncodeAsIds
        return [np.array(draws(text, -1, alpha), np.int32) for _ in range(count)]

    def id_of(self, symbol: str) -> int:
        """The id of one of the symbols that it was trained with.

        Raises:
            InputError: if it is none.
        """
        id = self._model.PieceToId(f"▁{symbol}")
        if id == UNK:
            raise InputError(f"{symbol}: no symbol of these subwords")
        return id

    def pieces(self, ids: Iterable[int]) -> list[str]:
        """The pieces behind ids; `▁` stands for the space before a word."""
        return [self._model.IdToPiece(int(id)) for id in ids]

    def texts(self) -> list[str | None]:
        """What each id is written as, a space before a word; None: of special ones, and of marks and white
        space that `decode` changes.

        Joined, and without the first space, they are what `decode` gives, if there are single spaces alone.
        """
        first = len(SPECIAL)
        pieces = self.pieces(range(first, len(self)))
        shown = [piece.replace("▁", " ").replace(f" {MARK}", "") for piece in pieces]
        odd = re.compile(rf"{MARK}|[^\S ]")
        known = [None if odd.search(text) else text for text in shown]
        return [None] * first + known

    def scored(self) -> list[tuple[str, float]]:
        """Each id's piece and its log-probability; of the special ones and of BPE it is no such thing."""
        ids = range(len(self))
        return [(self._model.IdToPiece(id), self._model.GetScore(id)) for id in ids]

    def surfaces(self, text: str) -> list[str]:
        """The text behind each id that `encode` gives, that of unknown ones too; marks left out."""
        pieces = self._model.EncodeAsPieces(_prepared(text, self.unit))
        return [piece.replace("▁", "").replace(MARK, "") for piece in pieces]

    def decode(self, ids: Iterable[int], unknown: Iterable[str] = ()) -> str:
        """Plain text of ids, special ones left out.

        Args:
            unknown: what to put in place of each `<unk>` in turn; without it they are left out.
        """
        replacements, pieces = iter(unknown), []
        for id in map(int, ids):
            if id == UNK:
                pieces.append(next(replacements, ""))
            elif id not in (PAD, BOS, EOS):
                pieces.append(self._model.IdToPiece(id))
        text = "".join(pieces).replace("▁", " ")
        text = text.replace(f" {MARK}", "").replace(f"{MARK} ", "").replace(MARK, "")
        return " ".join(text.split())


def in_form(text: str, form: str) -> str:
    """A text in one of `FORMS`."""
    return unicodedata.normalize("NFKC" if form == "NFKC" else "NFC", text)


def _prepared(text: str, unit: str) -> str:
    """Words are cut from their punctuation, with a mark at the cut, so that it can be undone."""
    text = " ".join(unicodedata.normalize("NFC", text).split())
    if unit != "word":
        return text
    return _PUNCTUATION.sub(f" {MARK}", text.replace(MARK, ""))


def _reason(error: Exception) -> str:
    """What sentencepiece says, without its source line."""
    return str(error).rpartition("] ")[2] or str(error)
