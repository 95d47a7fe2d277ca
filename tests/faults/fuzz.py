"""Look for bytes that break a property, guided by the coverage of seqzoo's code (atheris: libFuzzer).

    python -m tests.faults.fuzz readers --seconds 3600 [--corpus FOLDER]

Ends with 0 if none was found; else the bytes are in `crash-*` beside the corpus and the error is shown.
Needs `pip install atheris`.
"""

import argparse
import pkgutil
import sys
import tempfile
from importlib import import_module
from pathlib import Path

import atheris

TARGETS = ("readers", "vocabulary", "tags", "manifest", "command_line", "segmentation")
WORDS = {  # what a fuzzer would take long to find by itself
    "readers": ["text\\x09label", "text,label", '{\\"text\\": \\"a\\", \\"label\\": 1}', "-DOCSTART-", "B-x",
                "I-x", "\\xef\\xbb\\xbf", "\\x1f\\x8b\\x08\\x00", "\\xe2\\x80\\xa8", "\\x0d\\x0a"],
    "vocabulary": ["<pad>\\x0a<unk>\\x0a<s>\\x0a</s>\\x0a", "\\xe2\\x80\\xa8", "<br />", "\\xed\\xa0\\x80"],
    "tags": ["B-x", "M-x", "I-x", "E-x", "S-x", "B", "M", "E", "S", "I", "O", " "],
    "manifest": ["null", "true", "-1", "1e999", "../", "model.keras", "[]", "lstm", "NaN", "2147483647"],
    "command_line": ["--", "=", ","],
    "segmentation": ["\\xe4\\xb8\\xad", "\\xe2\\x80\\x8d", "\\xf0\\x9f\\x91\\xa8", "\\xef\\xb8\\x8f",
                     "\\xe2\\x80\\xae", "\\xcc\\x81", "\\xe3\\x80\\x80", "1,000.5", "don't"],
}  # fmt: skip
SEEDS = {
    "readers": [
        bytes([number]) + text
        for number in range(15)
        for text in (
            b"text\tlabel\na b\tpos\n", b'text,label\n"a, b",1\n', b'{"text": "a b", "label": "pos"}\n',
            b"A B-x\nb I-x\n\nC O\n", b"ab c  d\n", b"one\teins\ntwo\tzwei\n", b"a\nb\xff\xffc\nd\n",
        )
    ],
    "vocabulary": [b"<pad>\n<unk>\n<s>\n</s>\na\nb\n", "Don’t １２ <br /> 中\u3000文".encode()],
    "tags": [b"\0B M E S O", b"\1B-x I-x E-x S-y O", b"\2B-x I-x I-y O"],
    "command_line": [b"predict sentiment-imdb -", b"sweep sentiment --trials 0", b"\1 --units 3,4"],
    "segmentation": ["他１９９８年说：“Hello, don’t 1,000.5 👨‍👩‍👧！”\u3000é".encode()],
}  # fmt: skip


def property_of(target: str):
    """The function to feed, its code instrumented."""
    import seqzoo.layers

    for module in pkgutil.walk_packages(seqzoo.layers.__path__, "seqzoo.layers."):
        import_module(
            module.name
        )  # not instrumented: numba, which compiles its kernels, can't take that
    with atheris.instrument_imports(include=["seqzoo", "tests.faults"]):
        from tests.faults import command_line, properties

        if target == "command_line":
            return command_line.CommandLine()
        if target == "manifest":
            return properties.Manifest()
        if target == "segmentation":
            from seqzoo import zoo

            return properties.Segmentation(zoo.load("segmentation-peoples-daily"))
    return getattr(properties, target)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=3600)
    parser.add_argument(
        "--corpus",
        type=Path,
        default=None,
        help="folder of inputs to begin with and add to",
    )
    given = parser.parse_args()
    corpus = given.corpus or Path(tempfile.mkdtemp())
    corpus.mkdir(parents=True, exist_ok=True)
    feed = property_of(given.target)
    if given.target == "manifest":  # the sound ones to begin with
        SEEDS["manifest"] = [
            b"\0" + feed.sound["manifest.json"],
            b"@" + feed.sound["config.json"],
        ]
    for number, seed in enumerate(SEEDS.get(given.target, ())):
        (corpus / f"seed{number}").write_bytes(seed)
    dictionary = corpus.with_name(corpus.name + ".dict")
    dictionary.write_text("".join(f'"{word}"\n' for word in WORDS[given.target]), "utf-8")
    atheris.Setup(
        [
            *(
                sys.argv[0],
                str(corpus),
                f"-dict={dictionary}",
                f"-max_total_time={given.seconds}",
            ),
            *("-max_len=4096", "-timeout=60", "-rss_limit_mb=6000", "-print_final_stats=1"),
            f"-artifact_prefix={corpus.parent}/",
        ],
        feed,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
