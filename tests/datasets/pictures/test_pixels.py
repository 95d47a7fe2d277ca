"""Bytes of pictures: bounded, upright, in sRGB, on white; and fitted into squares."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from seqzoo import InputError
from seqzoo.datasets.pictures import pixels
from seqzoo.datasets.pictures.picture import from_bytes, read_file
from seqzoo.datasets.pictures.pixels import decoded, fitted


def content(image, form="PNG", **given):
    file = io.BytesIO()
    image.save(file, form, **given)
    return file.getvalue()


def test_transparent_pixels_lie_on_white():
    image = Image.new("RGBA", (3, 2), (255, 0, 0, 0))
    image.putpixel((1, 0), (0, 0, 255, 255))
    image.putpixel((2, 0), (0, 0, 0, 128))
    found = decoded(content(image))
    assert found[0].tolist() == [[255, 255, 255], [0, 0, 255], [127, 127, 127]]


def test_a_palette_may_have_a_transparent_colour():
    image = Image.new("P", (2, 1))
    image.putpalette([10, 20, 30, 40, 50, 60])
    image.putpixel((1, 0), 1)
    found = decoded(content(image, transparency=0))
    assert found[0].tolist() == [[255, 255, 255], [40, 50, 60]]


def test_grey_with_opacity_stays_grey():
    image = Image.new("LA", (2, 1), (0, 0))
    image.putpixel((1, 0), (0, 255))
    assert decoded(content(image)).tolist() == [[[255], [0]]]


@pytest.mark.parametrize("turn", range(1, 9))
def test_exif_says_which_way_is_up(turn):
    upright = Image.fromarray((np.arange(6 * 4 * 3, dtype=np.uint8) * 3).reshape(6, 4, 3))
    # How a camera stores what it saw; the inverse of what a reader does.
    stored = {
        1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_270,
    }[turn]  # fmt: skip
    image = upright if stored is None else upright.transpose(stored)
    exif = Image.Exif()
    exif[0x0112] = turn
    np.testing.assert_array_equal(decoded(content(image, exif=exif)), np.asarray(upright))


def test_a_profile_of_colours_is_followed():
    # A profile whose red and blue are swapped is no fraud here: what it says is done.
    lab = ImageCms.createProfile("LAB")
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    image = Image.new("RGB", (2, 2), (200, 30, 90))
    same = decoded(content(image, icc_profile=srgb.tobytes()))
    assert np.abs(same.astype(int) - [200, 30, 90]).max() <= 1
    # One of another kind of colours cannot be followed.
    other = content(image, icc_profile=ImageCms.ImageCmsProfile(lab).tobytes())
    assert decoded(other)[0, 0].tolist() == [200, 30, 90]
    assert decoded(content(image, icc_profile=b"no profile"))[0, 0].tolist() == [
        200,
        30,
        90,
    ]


def test_cmyk_becomes_colours():
    found = decoded(content(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG"))
    assert found.shape == (8, 8, 3) and found[0, 0, 0] > 200 > 60 > found[0, 0, 1]


def header(width, height):
    """A PNG that promises a size and holds nothing."""
    chunk = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = b"IHDR" + chunk
    start = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body
    return start + struct.pack(">I", zlib.crc32(body)) + b"\0\0\0\0IDAT5\xaf\x06\x1e"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (header(9000, 6000), "an image of at most 50,000,000 pixels; got 9,000 by 6,000"),
        (header(60_000, 60_000), "an image of at most 50,000,000 pixels"),
        (b"", "a PNG or JPEG file .*; it is none"),
        (b"<svg xmlns='x'/>", "a PNG or JPEG file .*; it is none"),
        (content(Image.new("RGB", (9, 9)), "GIF"), "a PNG or JPEG file .*; it is none"),
        (
            content(Image.new("RGB", (99, 99), (3, 9, 200)), "JPEG")[:200],
            "a PNG or JPEG file",
        ),
    ],
)
def test_what_cannot_be_used_is_refused(data, message):
    with pytest.raises(InputError, match=f"^a.png: expected {message}"):
        from_bytes(data, "a.png")


def test_every_cut_of_a_file_is_read_or_refused():
    whole = content(Image.effect_noise((20, 20), 80).convert("RGB"))
    for end in range(0, len(whole), 37):
        try:
            assert from_bytes(whole[:end], "x").shape == (20, 20, 3)
        except InputError as error:
            assert str(error).startswith("x: expected ")


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(InputError, match=r"no\.png: cannot be read: No such file"):
        read_file(tmp_path / "no.png")


def test_a_picture_is_fitted_into_a_white_square():
    wide = np.zeros((10, 40, 3), np.uint8)
    found = fitted(wide, 20)
    assert found.shape == (20, 20, 3) and found.dtype == np.uint8
    rows = found.reshape(20, -1).min(axis=1)
    assert (rows == 255).sum() == 15 and (rows == 0).sum() == 5
    assert (found[8:12] == 0).all()
    np.testing.assert_array_equal(fitted(found, 20), found)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_channels_are_grey_colours_and_opacity(channels):
    pixels = np.full((4, 4, channels), 255, np.uint8)
    pixels[..., 0] = 7
    expected = [7] * 3 if channels == 1 else [7, 255, 255]
    assert fitted(pixels, 4)[2, 2].tolist() == expected
    with pytest.raises(ValueError, match="1, 3 or 4 channels; got 2"):
        fitted(np.zeros((2, 2, 2), np.uint8), 4)


def test_the_module_stands_alone():
    with open(pixels.__file__, encoding="utf-8") as file:
        assert "import seqzoo" not in (text := file.read()) and "from seqzoo" not in text
