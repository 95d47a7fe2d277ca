"""A picture's bytes as numbers: bounded, upright, in sRGB, on white; and fitted into a square.

It imports nothing of seqzoo: exports have a copy of it.
"""

import io
import warnings
from typing import Any

import numpy as np

MOST_PIXELS = 50_000_000
FORMATS = ("PNG", "JPEG")
TURN = 0x0112  # EXIF's tag of how the camera was held


def decoded(content: bytes) -> np.ndarray:
    """The picture of a file.

    A profile of colours is followed, transparent pixels lie on white, and EXIF says which way is up.

    Args:
        content: of a PNG or JPEG file.

    Returns:
        uint8 (height, width, channels): 1 of greys, or 3 of sRGB.

    Raises:
        ValueError: if it is none, is damaged, or has more than 50,000,000 pixels; it is not decoded then.
    """
    from PIL import Image

    with warnings.catch_warnings():
        # Pillow warns of large pictures; those that are too large are refused here.
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise ValueError(
                        f"an image of at most {MOST_PIXELS:,} pixels; got "
                        f"{image.width:,} by {image.height:,}"
                    )
                return _upright(image)
        except Image.DecompressionBombError:
            raise ValueError(f"an image of at most {MOST_PIXELS:,} pixels") from None
        except Image.UnidentifiedImageError:
            raise ValueError("a PNG or JPEG file (an image); it is none") from None
        except (OSError, SyntaxError, EOFError, IndexError) as error:
            raise ValueError(f"a PNG or JPEG file (an image): {error}") from None


def _upright(image: Any) -> np.ndarray:
    """A picture that Pillow opened, decoded: uint8 (height, width, 1 or 3)."""
    from PIL import Image, ImageOps

    if image.mode.startswith("I"):  # grey of 16 bits: `convert` would cut off at 255
        high = (np.asarray(image).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8)
        image = Image.fromarray(high)
    grey = image.mode in ("1", "L", "LA")
    turned = ImageOps.exif_transpose(image)
    pixels = np.asarray(_on_white(_to_srgb(turned, image.info.get("icc_profile"))))
    return pixels[:, :, :1] if grey else pixels


def _to_srgb(image: Any, profile: bytes | None) -> Any:
    """A picture in sRGB, its transparency left as it is; a profile that is damaged plays no part."""
    from PIL import Image, ImageCms

    transparent = "A" in image.mode or "a" in image.mode or "transparency" in image.info
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK"):
        return image.convert("RGBA" if transparent else "RGB")
    plain = image.convert("RGB") if image.mode == "RGBA" else image
    try:
        found = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        srgb = ImageCms.createProfile("sRGB")
        colours: Any = ImageCms.profileToProfile(plain, found, srgb, outputMode="RGB")
    except (OSError, ValueError, TypeError, ImageCms.PyCMSError):
        colours = plain.convert("RGB")
    if image.mode == "RGBA":
        return Image.merge("RGBA", (*colours.split(), image.getchannel("A")))
    return colours


def _on_white(image: Any) -> Any:
    from PIL import Image

    if image.mode == "RGB":
        return image
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image).convert("RGB")


def fitted(pixels: np.ndarray, size: int) -> np.ndarray:
    """A picture in the middle of a white square, its sides in their ratio.

    Args:
        pixels: uint8 (height, width, channels), of 1, 3 or 4 channels: grey, colours, colours and opacity.
        size: of the square.

    Returns:
        uint8 (size, size, 3).

    Raises:
        ValueError: on another number of channels.
    """
    from PIL import Image

    height, width, channels = pixels.shape
    if channels not in (1, 3, 4):
        raise ValueError(f"1, 3 or 4 channels; got {channels}")
    # (height, width, 1) -> (height, width)
    image = Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels)
    image = _on_white(image if channels == 4 else image.convert("RGB"))
    scale = size / max(height, width)
    sides = max(1, round(width * scale)), max(1, round(height * scale))
    if image.size != sides:
        image = image.resize(sides, Image.Resampling.LANCZOS, reducing_gap=3.0)
    square = Image.new("RGB", (size, size), "white")
    square.paste(image, ((size - sides[0]) // 2, (size - sides[1]) // 2))
    return np.array(square)
