"""Pictures as servers and files of JSON take them."""

import base64
import io

import numpy as np
from PIL import Image


def drawn(pixels: np.ndarray) -> str:
    """A picture, uint8 (height, width, 3), as a PNG file's bytes in base64."""
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "PNG")
    return base64.b64encode(content.getvalue()).decode()
