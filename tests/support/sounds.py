"""Sounds as JSON has them."""

import base64
import io
import wave


def coded(sound) -> str:
    """An `Audio` of one channel: base64 of a WAV file."""
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setparams((1, 2, sound.rate, 0, "NONE", ""))
        file.writeframes((sound.samples[:, 0] * 32767).astype("<i2").tobytes())
    return base64.b64encode(content.getvalue()).decode()
