"""Made "speech": invented words of formant tones, for tests and first steps. Nobody ever said them.

A letter is a set of three formants, sinusoids that decay within each period of the pitch, and a band of noise
(the idea of formant synthesis: Klatt 1980, "Software for a cascade/parallel formant synthesizer"). Between
letters all glide. Speakers differ in pitch, in the scale of their formants, in tempo and in loudness.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from seqzoo.datasets.audio.sounds import Sound
from seqzoo.datasets.audio.utterance import Utterance

WORDS = ("ma", "fi", "nis", "tok", "kam", "wen", "uso", "sule", "lote", "pira")
PARTS = {"train": 8, "validation": 2, "test": 2}  # speakers, none in two parts
MOST_WORDS = 4
SECONDS = (0.5, 2.5)  # shortest and longest utterance
GLIDE = 0.025  # seconds from one letter to the next
DECAYS = (250.0, 400.0, 600.0)  # of the formants, a second
STRENGTHS = (1.0, 0.6, 0.3)  # of the formants


class _Letter(NamedTuple):
    """How a letter sounds.

    Attributes:
        formants: in Hz.
        voice: amplitude of the formants.
        noise: amplitude of the noise.
        band: the middle of the noise in Hz.
        seconds: how long it lasts.
        closed: share of that in which there is no sound, at its begin.
    """

    formants: tuple[float, float, float]
    voice: float
    noise: float
    band: float
    seconds: float
    closed: float = 0.0


_LETTERS = {
    "a": _Letter((750, 1250, 2500), 1.0, 0.0, 2000, 0.13),
    "e": _Letter((500, 1850, 2550), 0.9, 0.0, 2000, 0.12),
    "i": _Letter((290, 2250, 2950), 0.8, 0.0, 2000, 0.12),
    "o": _Letter((480, 850, 2450), 0.9, 0.0, 2000, 0.13),
    "u": _Letter((310, 700, 2250), 0.8, 0.0, 2000, 0.12),
    "m": _Letter((250, 1050, 2150), 0.4, 0.0, 2000, 0.08),
    "n": _Letter((270, 1550, 2450), 0.4, 0.0, 2000, 0.08),
    "l": _Letter((370, 1150, 2800), 0.5, 0.0, 2000, 0.07),
    "r": _Letter((400, 1250, 1650), 0.5, 0.0, 2000, 0.07),
    "w": _Letter((300, 620, 2150), 0.5, 0.0, 2000, 0.08),
    "s": _Letter((350, 1700, 2500), 0.0, 0.30, 3600, 0.11),
    "f": _Letter((350, 1300, 2400), 0.0, 0.12, 2200, 0.10),
    "k": _Letter((300, 1800, 2300), 0.0, 0.45, 1700, 0.09, 0.65),
    "p": _Letter((300, 800, 2300), 0.0, 0.35, 700, 0.09, 0.65),
    "t": _Letter((300, 1700, 2600), 0.0, 0.45, 3200, 0.09, 0.65),
}
_PAUSE = _Letter((450, 1400, 2450), 0.0, 0.0, 2000, 0.0)


@dataclass(frozen=True)
class MadeSpeaker:
    """A speaker that there is not.

    Attributes:
        name: `made-01`, say.
        pitch: in Hz, on average.
        scale: of all formants: 1 is a voice between those of men and women.
        tempo: seconds of a letter over its usual ones.
        loudness: amplitude at the loudest.
        hiss: amplitude of the background noise.
    """

    name: str
    pitch: float
    scale: float
    tempo: float
    loudness: float
    hiss: float


def made_speakers(seed: int) -> dict[str, list[MadeSpeaker]]:
    """The speakers of each part; none is in two."""
    rng = np.random.default_rng([seed, 0])
    count = sum(PARTS.values())
    speakers = []
    for number, height in enumerate(rng.permutation(count), 1):
        share = (height + rng.uniform()) / count  # 0: the lowest voice, 1: the highest
        speakers.append(
            MadeSpeaker(
                name=f"made-{number:02}",
                pitch=90 * 2.6**share,
                scale=0.88 + 0.26 * share + rng.uniform(-0.03, 0.03),
                tempo=rng.uniform(0.85, 1.15),
                loudness=rng.uniform(0.2, 0.8),
                hiss=10 ** rng.uniform(-3.2, -2.2),
            )
        )
    return {part: [speakers.pop() for _ in range(PARTS[part])] for part in PARTS}


def made_utterances(count: int, seed: int, rate: int = 16000) -> dict[str, list[Utterance]]:
    """Made utterances of one to four of `WORDS`, 0.5 to 2.5 seconds long.

    Args:
        count: of all parts; a tenth of them each, and at least one, are validation and test.
        seed: of speakers and utterances.
        rate: samples a second: 16,000, or 8,000 to be quick.

    Returns:
        `train`, `validation` and `test`; the speakers of one part are in no other. Sources are `Sound`.

    Raises:
        ValueError: on a count below 3, or a rate below 8,000.
    """
    if count < 3:
        raise ValueError(f"count: expected 3 or more, one a part; got {count}")
    tenth = max(1, count // 10)
    sizes = {"train": count - 2 * tenth, "validation": tenth, "test": tenth}
    parts: dict[str, list[Utterance]] = {}
    for place, (part, speakers) in enumerate(made_speakers(seed).items(), 1):
        parts[part] = []
        for number in range(sizes[part]):
            rng = np.random.default_rng([seed, place, number])
            speaker = speakers[number % len(speakers)]
            words = list(rng.choice(WORDS, size=rng.integers(1, MOST_WORDS + 1)))
            where = f"made {part}:{number + 1}"
            parts[part].append(_utterance(words, speaker, rng, rate, where))
    return parts


def _utterance(
    words: list[str], speaker: MadeSpeaker, rng: np.random.Generator, rate: int, where: str
) -> Utterance:
    samples = made_sound(words, speaker, rng, rate)
    while len(samples) > SECONDS[1] * rate:
        words = words[:-1]
        samples = made_sound(words, speaker, rng, rate)
    return Utterance(Sound(samples, rate, where), " ".join(words), speaker.name, where)


def made_sound(
    words: list[str], speaker: MadeSpeaker, rng: np.random.Generator, rate: int = 16000
) -> np.ndarray:
    """Words as a made speaker says them.

    Args:
        words: of the letters a, e, f, i, k, l, m, n, o, p, r, s, t, u, w.
        speaker: says them.
        rng: durations, pauses, pitch and noise are drawn from it.
        rate: samples a second, 8,000 or more.

    Returns:
        float32 (samples,) in [-1, 1].

    Raises:
        ValueError: on another letter, or a lower rate.
    """
    if unknown := set("".join(words)) - _LETTERS.keys():
        raise ValueError(f"words: expected letters of {''.join(_LETTERS)}; got {unknown}")
    if rate < 8000:
        raise ValueError(f"rate: expected 8000 or more; got {rate}")
    tracks, seconds = _tracks(words, speaker, rng)
    times = np.arange(round(seconds * rate)) / rate
    curves = [np.interp(times, tracks.times, track) for track in tracks.values.T]
    *formants, voice, noise, band = curves
    voiced = voice * _voice(times, formants, speaker, rng, rate)
    hissed = noise * _band(band, rng, rate)
    samples = voiced + hissed
    samples *= speaker.loudness / max(np.abs(samples).max(), 1e-9)
    samples += rng.normal(0, speaker.hiss, len(samples))
    return samples.clip(-1, 1).astype(np.float32)


class _Tracks(NamedTuple):
    """Breakpoints: times (points,) in seconds; values (points, 6): formants, voice, noise, band."""

    times: np.ndarray
    values: np.ndarray


def _tracks(
    words: list[str], speaker: MadeSpeaker, rng: np.random.Generator
) -> tuple[_Tracks, float]:
    """What sounds when, and how long all of it lasts."""
    times: list[float] = []
    values: list[tuple[float, ...]] = []
    now = 0.0

    def hold(letter: _Letter, seconds: float, loud: bool = True) -> None:
        nonlocal now
        formants = [speaker.scale * hertz for hertz in letter.formants]
        level = (letter.voice, letter.noise) if loud else (0.0, 0.0)
        edge = min(GLIDE / 2, seconds / 3) if letter.closed == 0 else 0.002
        times.extend((now + edge, now + seconds - edge))
        values.extend([(*formants, *level, letter.band * speaker.scale**0.5)] * 2)
        now += seconds

    hold(_PAUSE, rng.uniform(0.1, 0.2))
    for place, word in enumerate(words):
        if place:
            hold(_PAUSE, rng.uniform(0.04, 0.12))
        for name in word:
            letter = _LETTERS[name]
            seconds = letter.seconds * speaker.tempo * rng.uniform(0.85, 1.15)
            if letter.closed:
                hold(letter, seconds * letter.closed, loud=False)
            hold(letter, seconds * (1 - letter.closed))
    hold(_PAUSE, max(rng.uniform(0.1, 0.2), SECONDS[0] - now))
    return _Tracks(np.array(times), np.array(values)), now


def _voice(
    times: np.ndarray,
    formants: list[np.ndarray],
    speaker: MadeSpeaker,
    rng: np.random.Generator,
    rate: int,
) -> np.ndarray:
    """Formants that ring anew in every period of a pitch that falls and trembles."""
    fall = rng.uniform(0.0, 0.2) / max(times[-1], 1.0)
    tremble = 0.02 * np.sin(2 * np.pi * rng.uniform(4, 6) * times + rng.uniform(0, 6))
    pitch = speaker.pitch * rng.uniform(0.93, 1.07) * (1.1 - fall * times + tremble)
    turns = np.cumsum(pitch) / rate
    since = (turns % 1) / pitch  # seconds since the period began
    total = np.zeros(len(times))
    for hertz, decay, strength in zip(formants, DECAYS, STRENGTHS, strict=True):
        total += strength * np.exp(-decay * since) * np.sin(2 * np.pi * hertz * since)
    return total


def _band(middle: np.ndarray, rng: np.random.Generator, rate: int) -> np.ndarray:
    """Noise of about 1 kHz around a gliding middle."""
    span = max(1, rate // 1000)
    slow = np.cumsum(rng.normal(size=len(middle) + span))
    slow = (slow[span:] - slow[:-span]) / span**0.5
    return slow * np.cos(2 * np.pi * np.cumsum(middle) / rate)
