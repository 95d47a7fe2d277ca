"""What the finished models answer. `python -m tests.golden.answers` writes the file anew."""

import json
from pathlib import Path

import seqzoo

FILE = Path(__file__).parent / "answers.json"
GENERATED = 60  # tokens

REVIEWS = [
    "A wonderful film, moving and beautifully acted from its first scene to its last.",
    "Dull, badly written and a waste of two hours.<br /><br />I left before the end.",
    "The first half is slow; the second makes up for it, mostly.",
    "I can't say that I liked it. I can't say that I didn't.",
    "ＴＥＲＲＩＢＬＥ!!! 10/10 would not watch again…",
]
GOODS = ["质量很好，物流很快。", "太差了，再也不买了。", "还不错，就是有点贵", "不好用"]
CHINESE = [
    "中国人民银行今天在北京宣布，从１９９８年１月１日起下调存款利率。",
    "国务院总理在人民大会堂会见了美国 Microsoft 公司总裁一行三人。",
    "新华社上海电 记者从市政府获悉，今年前三季度出口增长3.5%。",
    "他说：“我们要坚持改革开放！”会场里响起了掌声。",
]
ENGLISH = [
    "A man in a blue shirt is standing on a ladder cleaning a window.",
    "Two dogs are playing in the snow.",
    "A little girl climbing into a wooden playhouse.",
    "Several people are waiting for the train at night, and nobody talks.",
]
VERSES = [
    "In the beginning God created the heaven and the earth.",
    "Jesus wept.",
    "And he said unto them, Go ye into all the world.",
]
LINES = [
    "the company said it expects to report a loss",
    "mr. smith is chairman of the board",
]
CODE = ["def main(arguments):", "    return [x for x in range(10) if x]", "import os, sys"]
TEXTS = {
    "sentiment-imdb": REVIEWS,
    "sentiment-zh": GOODS,
    "segmentation-peoples-daily": CHINESE,
    "entities-peoples-daily": CHINESE,
    "translation-en-de": ENGLISH,
    "translation-bible": VERSES,
    "lm-ptb-small": LINES,
    "characters-python": CODE,
}
WRITES = ("lm-ptb-small", "characters-python")


def answers(name: str) -> list[dict]:
    """What a finished model answers to its texts, and what it writes, where it can."""
    model = seqzoo.load(name)
    found = model.predict(TEXTS[name])
    if name in WRITES:
        pieces = model.generate("the ", length=GENERATED, temperature=0.8, top_k=20, seed=1)
        found.append({"written": "".join(pieces)})
    return found


if __name__ == "__main__":
    made = {name: answers(name) for name in TEXTS}
    FILE.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", "utf-8")
