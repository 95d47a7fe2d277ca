"""A picture moved and scaled by chance, as training sees it."""

import numpy as np


def moved(picture: np.ndarray, most: float, random: np.random.Generator) -> np.ndarray:
    """A picture moved and scaled, white where nothing is left.

    Args:
        picture: uint8 (size, size, 3).
        most: share of the side that it is moved by, and that width and height grow or shrink by.
        random: drawn from.

    Returns:
        uint8 (size, size, 3).
    """
    if not most:
        return picture
    from PIL import Image

    size = len(picture)
    wide, high = 1 + random.uniform(-most, most, 2)
    right, down = random.uniform(-most, most, 2) * size
    middle = size / 2
    # From places of the result to places of the picture.
    places = (
        wide,
        0,
        middle - wide * middle + right,
        0,
        high,
        middle - high * middle + down,
    )
    image = Image.fromarray(np.asarray(picture))
    return np.asarray(
        image.transform(
            image.size,
            Image.Transform.AFFINE,
            places,
            Image.Resampling.BILINEAR,
            fillcolor=(255, 255, 255),
        )
    )
