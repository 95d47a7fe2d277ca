"""Word segmentation: characters a second and score on one file, seqzoo beside its peers, one core.

    python -m benchmarks.segmentation --model NAME_OR_DIR --gold GOLD.utf8.gz [--times 3]

    pip install jieba thulac jiojio snownlp

Each segmenter runs in a process of its own, pinned to a core, and is warm when the clock starts; the
median of the rounds counts. snownlp is timed and scored on the first 400 lines: it is slow.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

from seqzoo import metrics
from seqzoo.datasets.files import read_lines

PEERS = ("seqzoo", "jieba", "thulac", "jiojio", "snownlp")


def segmenter(name: str, model: str):
    """A function from a list of texts to a list of lists of words."""
    if name == "seqzoo":
        import seqzoo

        loaded = seqzoo.load(model)
        return lambda texts: [answer["words"] for answer in loaded.predict(texts)]
    if name == "jieba":
        import jieba

        jieba.setLogLevel(60)
        return lambda texts: [jieba.lcut(text) for text in texts]
    if name == "thulac":
        import thulac

        cutter = thulac.thulac(seg_only=True)
        return lambda texts: [[word for word, _ in cutter.cut(text)] for text in texts]
    if name == "jiojio":
        import jiojio

        jiojio.init()
        return lambda texts: [jiojio.cut(text) for text in texts]
    from snownlp import seg

    return lambda texts: [list(seg.seg(text)) for text in texts]


def measure(name: str, model: str, gold: str, times: int) -> dict:
    lines = [line.split() for _, line in read_lines(gold) if line.strip()]
    lines = lines[:400] if name == "snownlp" else lines
    texts = ["".join(words) for words in lines]
    cut = segmenter(name, model)
    found = cut(texts)
    scores, unequal = metrics.WordScores(None), 0
    for words, text, answer in zip(lines, texts, found, strict=True):
        if "".join(answer) == text:
            scores.add(words, answer)
        else:  # some normalise the text: such a line can't be scored
            unequal += 1
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        cut(texts)
        seconds.append(time.perf_counter() - start)
    speed = sum(map(len, texts)) / statistics.median(seconds)
    return {"name": name, "speed": speed, "f1": scores.result()["f1"], "changed": unequal}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="segmentation-peoples-daily")
    parser.add_argument("--gold", required=True)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--only", choices=PEERS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.only:
        os.sched_setaffinity(0, {0})
        result = measure(arguments.only, arguments.model, arguments.gold, arguments.times)
        print("RESULT" + json.dumps(result))
        return
    rows = []
    for name in PEERS:
        command = [
            sys.executable,
            "-m",
            "benchmarks.segmentation",
            *sys.argv[1:],
            "--only",
            name,
        ]
        done = subprocess.run(command, capture_output=True, text=True)
        line = next((x for x in done.stdout.splitlines() if x.startswith("RESULT")), None)
        if line is None:
            print(f"{name}: failed: {done.stderr.strip().splitlines()[-1:]}")
            continue
        rows.append(json.loads(line.removeprefix("RESULT")))
    print(
        "| segmenter | characters a second | ratio to jieba | F1 | lines changed |\n|---|---|---|---|---|"
    )
    jieba = next((row["speed"] for row in rows if row["name"] == "jieba"), float("nan"))
    for row in rows:
        print(f"| {row['name']} | {row['speed']:,.0f} | {row['speed'] / jieba:.2f} | {row['f1']:.4f} | "
              f"{row['changed']} |")  # fmt: skip


if __name__ == "__main__":
    main()
