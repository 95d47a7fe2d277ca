"""What the `seqzoo` command's commands take."""

from seqzoo.bounds import LEAST_TEMPERATURE, MOST_TEMPERATURE

LIMITS = {  # flags of `seqzoo serve`: type, metavar, help
    "max_texts": (int, "N", "texts of a request; default: 64"),
    "max_characters": (int, "N", "of a text; default: 20,000"),
    "queue": (int, "N", "texts that wait for a model; default: 1,024"),
    "max_wait": (float, "S", "seconds they may have to; default: 1"),
    "batch": (int, "N", "texts computed together; default: 64"),
}


def add_predict(commands):
    predict = commands.add_parser("predict", help="answer texts, one a line")
    predict.add_argument("model", metavar="NAME|DIR")
    predict.add_argument("file", metavar="FILE", nargs="?", default="-", help="default: - (input)")
    predict.add_argument(
        "--plain",
        action="store_true",
        help="the label alone; words with spaces between; entities as text/label; the translation",
    )
    predict.add_argument("--keep-going", action="store_true",
                         help="report a bad line in its place and go on; exit 2 at the end")  # fmt: skip
    group = _add_search(predict)
    group.add_argument("--n-best", type=int, metavar="N", help="give the N best, with their scores")
    group.add_argument("--alignments", action="store_true", default=None,
                       help="what each piece of a translation attended to")  # fmt: skip
    group.add_argument("--plot", metavar="PNG", help="these, and of the first text as a picture too")
    return predict


def _add_search(parser):
    group = parser.add_argument_group("translation")
    group.add_argument("--beam-size", type=int, metavar="N", help="beginnings kept; 1: greedy")
    group.add_argument("--length-penalty", type=float, metavar="X", help="how far long ones are favoured")
    return group


def add_evaluate(commands):
    evaluate = commands.add_parser("evaluate", help="measure a model on labelled texts")
    evaluate.add_argument("model", metavar="NAME|DIR")
    evaluate.add_argument("--data", required=True, metavar="PATH",
                          help="a file as the recipe's --data takes it, or the IMDB folder")  # fmt: skip
    evaluate.add_argument("--words", metavar="PATH",
                          help="segmentation: known words, to tell unknown ones by")  # fmt: skip
    group = _add_search(evaluate)
    group.add_argument("--references", metavar="PATH",
                       help="translations of the lines of --data; else it has them too")  # fmt: skip
    _add_helps(evaluate)
    return evaluate


def _add_helps(evaluate) -> None:
    """Flags of `seqzoo evaluate` for language models."""
    group = evaluate.add_argument_group("language models")
    group.add_argument("--per-token", action="store_true",
                       help="each token, a tab, its surprisal in bits; figures: standard error")  # fmt: skip
    group.add_argument("--cache", type=int, metavar="N", help="a neural cache of the last N tokens")
    group.add_argument("--cache-weight", type=float, metavar="X", help="its share; default 0.1")
    group.add_argument("--cache-flatness", type=float, metavar="X",
                       help="how far likeness of context counts; default 0.3")  # fmt: skip
    group.add_argument("--dynamic", type=float, metavar="RATE",
                       help="go on learning from what has been read, at this rate")  # fmt: skip
    group.add_argument("--dynamic-decay", type=float, metavar="X",
                       help="share of the way back to the trained weights; default 0")  # fmt: skip


def add_generate(commands):
    generate = commands.add_parser("generate", help="let a language model write")
    generate.add_argument("model", metavar="NAME|DIR")
    generate.add_argument(
        "--prompt", default="", metavar="TEXT", help="what it goes on from; default: nothing"
    )
    generate.add_argument("--length", type=int, default=200, metavar="N", help="tokens; default 200")
    generate.add_argument("--temperature", type=float, default=1.0, metavar="X",
                          help=f"below 1 likelier, above 1 wilder; {LEAST_TEMPERATURE:g} to "
                          f"{MOST_TEMPERATURE:g}; default 1")  # fmt: skip
    generate.add_argument("--top-k", type=int, metavar="N", help="draw from the N likeliest alone")
    generate.add_argument("--top-p", type=float, metavar="X",
                          help="draw from the likeliest whose probabilities sum to it")  # fmt: skip
    generate.add_argument("--seed", type=int, metavar="N", help="the same gives the same; default: chance")
    generate.add_argument("--unknown", action="store_true", help="let <unk> be drawn too")
    return generate


def add_doctor(commands):
    doctor = commands.add_parser("doctor", help="tell what is wrong or slow with a model")
    doctor.add_argument("model", metavar="NAME|DIR|FILE.keras")
    doctor.add_argument("--data", metavar="FILE",
                        help="what to look at it with, as for evaluate; default: random ids")  # fmt: skip
    doctor.add_argument("--json", action="store_true", help="the findings and their figures as JSON")
    return doctor


def add_export(commands):
    export = commands.add_parser("export", help="write a model in another format, proven to answer alike")
    export.add_argument("model", metavar="NAME|DIR")
    export.add_argument("--format", required=True, choices=("keras", "saved_model", "onnx", "litert"))
    export.add_argument("--output", metavar="DIR", help="a new folder; default: NAME-FORMAT")
    export.add_argument("--length", metavar="N,N,...", help="litert: tokens of a text, a file for each")
    export.add_argument("--texts", metavar="FILE", help="texts to prove it by, one a line; default: made up")
    return export


def add_serve(commands):
    serve = commands.add_parser("serve", help="answer by HTTP, with a page to try models on")
    serve.add_argument("models", metavar="NAME|DIR", nargs="+")
    serve.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1, this machine alone")
    serve.add_argument("--port", type=int, default=8000, help="default: 8000; 0: a free one")
    serve.add_argument("--threads", type=int, metavar="N",
                       help="for what a model computes; default: one for each core but one")  # fmt: skip
    group = serve.add_argument_group("limits")
    for flag, (kind, metavar, text) in LIMITS.items():
        group.add_argument(f"--{flag.replace('_', '-')}", type=kind, metavar=metavar, help=text)
    return serve
