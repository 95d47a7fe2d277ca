"""Texts of what segmenters stumble over: addresses, numbers, scripts, emoji, marks, invisible characters."""

import random

from tests.support.unicode import paired, strange_texts

ATOMS = (
    "ChatGPT", "Model3", "iPhone15Pro", "B站", "Ｔ恤", "卡拉OK", "up主", "5G", "2.5GB", "COVID-19",
    "C++", "C#", "don’t", "AT&T", "km/h", "Ｆ—１６", "K·D", "zhang.san@example.com",
    "https://www.example.com/a?b=1", "www.a.cn", "a.com/b", "@小王", "@tom_1", "#春节快乐#", "#tag",
    "1.2.3", "v2.0.1-rc1", "3.x", "3:30", "2024-05-01", "2024/5/1", "2024-05-01T12:00:00Z", "0.5%",
    "３．５％", "¥200", "¥200万", "US$3.5", "13812345678", "010-62345678", "+86-10-62345678",
    "（010）62345678", "400-810-8888", "1,000.5", "１９９８年", "1/3", "😂", "👍🏽",
    "👨\u200d👩\u200d👧", "🇨🇳", "🇺🇸🇨", "1️⃣", "❤️", "❤", "©", "™️", "☆", "☆\ufe0f",
    "🏴\U000e0067\U000e0062\U000e007f", "e\u0301", "中\u0301", "क्षि", "हिन्दी", "ภาษาไทย",
    "العربية", "한국어", "\u1112\u1161\u11ab", "カタカナ", "ｶﾞ", "Москва", "αβγ", "5μm", "\u200b",
    "\u200e", "\u2060", "\ufeff", "\xad", "\u0600", "\u0301", "中国", "人民", "的", "火", "年",
    "万", "。", "，", "、", "“", "！", "？", " ", "\u3000", "-", "_", ".", ":", "/", "+", "@", "#",
    "%", "(",
)  # fmt: skip


def edgy_texts(count: int, seed: int = 0) -> list[str]:
    """So many texts of up to 12 such atoms; every fourth has stranger characters among them."""
    generator = random.Random(seed)
    strange = strange_texts(count, seed)
    texts = []
    for number in range(count):
        parts = generator.choices(ATOMS, k=generator.randrange(1, 13))
        if number % 4 == 0:
            parts.insert(generator.randrange(len(parts)), strange[number][:6])
        texts.append(paired("".join(parts)))
    return texts
