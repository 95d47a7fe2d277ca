"""Random texts that programs of other languages read otherwise than Python."""

import random
import sys

# Sigmas and what is looked past, capitals of their own, ligatures, digits, signs with two forms.
TRAPS = (
    "ΣΑΣ.'’:·\u0301\u00ad\u200dİıſKÅßẞŒǅǆﬁﬃ℃㏒Ⅳ²½١２𝟘१ΐΰᾳᾼŉ≠Å가각ᄀ\u1161\u11a8\uac00\u11a7"
    "\u0344\u0958\u0f73\u0340\u2126\u212a\u0327\u0301\u0323\u0307\u093c\u05b4\u20dd"
)
# White space and what only looks like it, in one language or the other; control characters.
SPACES = "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u180e\u2003\u2028\u2029\u200b\u202f\u205f\u3000\ufeff\x7f"
JOINED = (
    "👩\u200d💻",
    "👍🏽",
    "e\u0301",
    "❤\ufe0f",
    "🇩🇪",
    "क्षि",
    "<br />",
    "<BR\u00a0/>",
    "it’s",
    "3.14",
    "U.S.A.",
)
WORDS = (
    "wonderful",
    "film",
    "中国",
    "人民",
    "。",
    "，",
    "１９９８年",
    "ＡＢＣ",
    "the",
    "not",
    "!",
    "江泽民",
)
RANGES = (
    (0, 0x250),
    (0x300, 0x370),  # marks
    (0x1100, 0x1200),  # Hangul in letters
    (0xAC00, 0xD7A4),  # and in syllables
    (0xD800, 0xE000),  # surrogates
    (0xF900, 0xFB50),
    (0x1F000, 0x1FB00),
    (0, sys.maxunicode + 1),
)


def strange_texts(count, seed=0):
    """So many texts of up to 30 parts; a JavaScript string can be each of them."""
    generator = random.Random(seed)
    parts = (
        lambda: generator.choice(TRAPS),
        lambda: generator.choice(SPACES),
        lambda: generator.choice(JOINED),
        lambda: generator.choice(WORDS),
        lambda: chr(generator.randrange(*generator.choice(RANGES))),
    )
    texts = (
        "".join(generator.choice(parts)() for _ in range(generator.randrange(30)))
        for _ in range(count)
    )
    return list(map(paired, texts))


def paired(text):
    """A text as JavaScript has it: two surrogates that make a pair are one character."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
