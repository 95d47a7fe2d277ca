"""The labels of connectionist temporal classification: what they may be, and the frames they need."""

import numpy as np


def frames_needed(labels: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """The least frames that transcripts can be emitted in: one a label, and one between two that are alike.

    Args:
        labels: int (batch, most), right-padded.
        lengths: int (batch,), at most `most`.

    Returns:
        int64 (batch,).

    Raises:
        ValueError: on other shapes, or a length out of its range.
    """
    labels, lengths = np.asarray(labels), np.asarray(lengths)
    if labels.ndim != 2 or lengths.shape != labels.shape[:1]:
        raise ValueError(
            f"labels, lengths: expected (batch, most) and (batch,); got {labels.shape} and {lengths.shape}"
        )
    _check_range("lengths", lengths, labels.shape[1])
    alike = labels[:, 1:] == labels[:, :-1]
    there = np.arange(1, labels.shape[1]) < lengths[:, None]
    return lengths.astype(np.int64) + np.sum(alike & there, axis=1, dtype=np.int64)


def check_values(
    shape: tuple[int, ...],
    labels: np.ndarray,
    frames: np.ndarray,
    counts: np.ndarray,
    blank: int,
) -> None:
    """Refuse what is not the transcripts of logits.

    Args:
        shape: of the logits, (batch, time, vocab).
        labels: int (batch, most).
        frames, counts: int (batch,).
        blank: the symbol of no label.

    Raises:
        ValueError: naming the first that does not fit, and its row.
    """
    batch, time, vocab = shape
    got = labels.shape[:1], frames.shape, counts.shape
    if labels.ndim != 2 or set(got) != {(batch,)}:
        raise ValueError(
            f"labels and lengths: expected ({batch}, most), ({batch},) and ({batch},); got {labels.shape}, "
            f"{frames.shape} and {counts.shape}"
        )
    _check_range("logit_lengths", frames, time)
    _check_range("label_lengths", counts, labels.shape[1])
    there = np.arange(labels.shape[1]) < counts[:, None]
    wrong = there & ((labels < 0) | (labels >= vocab) | (labels == blank))
    if wrong.any():
        row, place = np.argwhere(wrong)[0]
        raise ValueError(
            f"labels: expected 0 to {vocab - 1} and not the blank, {blank}; got {labels[row, place]} in row "
            f"{row}, place {place}"
        )


def _check_range(name, lengths, most):
    wrong = (lengths < 0) | (lengths > most)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(f"{name}: expected 0 to {most}; got {lengths[row]} in row {row}")
