"""The `seqzoo` command."""

import sys
from pathlib import Path

from seqzoo import __version__
from seqzoo.cli import Parser, guarded
from seqzoo.errors import InputError

_OF_ONE_TASK = {  # flags of `seqzoo evaluate`
    "words": "segmentation", "references": "translation", "per_token": "language", "cache": "language",
    "cache_weight": "language", "cache_flatness": "language", "dynamic": "language",
    "dynamic_decay": "language",
}  # fmt: skip
_LIMITS = {  # flags of `seqzoo serve`: the limit's name, type, metavar, help
    "max_texts": ("texts", int, "N", "texts of a request; default: 64"),
    "max_characters": ("characters", int, "N", "of a text; default: 20,000"),
    "queue": ("queue", int, "N", "texts that wait for a model; default: 1,024"),
    "max_wait": ("wait", float, "S", "seconds they may have to; default: 1"),
    "batch": ("batch", int, "N", "texts computed together; default: 64"),
}


def main(arguments: list[str] | None = None) -> int:
    """Parse and run; returns the exit status."""
    return guarded(lambda: _run(arguments))


def _run(arguments) -> int:
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["sweep"]:  # its flags depend on the recipe
        from seqzoo import recipes
        from seqzoo.sweep import command

        return command.run(arguments[1:], recipes.names())
    parser = Parser("seqzoo", description="Recurrent sequence models: use, measure, list.")
    parser.add_argument("--version", action="version", version=f"seqzoo {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    _add_predict(commands)
    _add_evaluate(commands)
    _add_generate(commands)
    _add_doctor(commands)
    _add_export(commands)
    _add_serve(commands)
    pack = commands.add_parser("pack", help="copy a model without its training state, half the size")
    pack.add_argument("model", metavar="NAME|DIR")
    pack.add_argument("target", metavar="TARGET", help="a new folder")
    pack.set_defaults(run=_pack)

    commands.add_parser("sweep", help="look for a recipe's best settings: seqzoo sweep RECIPE --help")

    listing = commands.add_parser("list", help="show models, recipes, datasets and cells")
    listing.set_defaults(run=_list)
    parsed = parser.parse_args(arguments)
    return parsed.run(parsed)


def _add_predict(commands) -> None:
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
    predict.set_defaults(run=_predict)


def _add_search(parser):
    group = parser.add_argument_group("translation")
    group.add_argument("--beam-size", type=int, metavar="N", help="beginnings kept; 1: greedy")
    group.add_argument("--length-penalty", type=float, metavar="X", help="how far long ones are favoured")
    return group


def _add_evaluate(commands) -> None:
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
    evaluate.set_defaults(run=_evaluate)


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


def _add_generate(commands) -> None:
    generate = commands.add_parser("generate", help="let a language model write")
    generate.add_argument("model", metavar="NAME|DIR")
    generate.add_argument(
        "--prompt", default="", metavar="TEXT", help="what it goes on from; default: nothing"
    )
    generate.add_argument("--length", type=int, default=200, metavar="N", help="tokens; default 200")
    generate.add_argument("--temperature", type=float, default=1.0, metavar="X",
                          help="below 1 likelier, above 1 wilder; default 1")  # fmt: skip
    generate.add_argument("--top-k", type=int, metavar="N", help="draw from the N likeliest alone")
    generate.add_argument("--top-p", type=float, metavar="X",
                          help="draw from the likeliest whose probabilities sum to it")  # fmt: skip
    generate.add_argument("--seed", type=int, metavar="N", help="the same gives the same; default: chance")
    generate.add_argument("--unknown", action="store_true", help="let <unk> be drawn too")
    generate.set_defaults(run=_generate)


def _add_doctor(commands) -> None:
    doctor = commands.add_parser("doctor", help="tell what is wrong or slow with a model")
    doctor.add_argument("model", metavar="NAME|DIR|FILE.keras")
    doctor.add_argument("--data", metavar="FILE",
                        help="what to look at it with, as for evaluate; default: random ids")  # fmt: skip
    doctor.add_argument("--json", action="store_true", help="the findings and their figures as JSON")
    doctor.set_defaults(run=_doctor)


def _add_export(commands) -> None:
    export = commands.add_parser("export", help="write a model in another format, proven to answer alike")
    export.add_argument("model", metavar="NAME|DIR")
    export.add_argument("--format", required=True, choices=("keras", "saved_model", "onnx", "litert"))
    export.add_argument("--output", metavar="DIR", help="a new folder; default: NAME-FORMAT")
    export.add_argument("--length", metavar="N,N,...", help="litert: tokens of a text, a file for each")
    export.add_argument("--texts", metavar="FILE", help="texts to prove it by, one a line; default: made up")
    export.set_defaults(run=_export)


def _add_serve(commands) -> None:
    serve = commands.add_parser("serve", help="answer by HTTP, with a page to try models on")
    serve.add_argument("models", metavar="NAME|DIR", nargs="+")
    serve.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1, this machine alone")
    serve.add_argument("--port", type=int, default=8000, help="default: 8000; 0: a free one")
    group = serve.add_argument_group("limits")
    for flag, (_, kind, metavar, text) in _LIMITS.items():
        group.add_argument(f"--{flag.replace('_', '-')}", type=kind, metavar=metavar, help=text)
    serve.set_defaults(run=_serve)


def _predict(parsed) -> int:
    from seqzoo import heap, predict
    from seqzoo.datasets.files import number_lines, raw_lines

    standard = parsed.file == "-"
    if not standard and not Path(parsed.file).exists():
        raise InputError(f"{parsed.file}: no such file")
    heap.keep_freed_memory()
    model = predict.load(parsed.model)
    _set_search(model, parsed)
    name = "standard input" if standard else parsed.file
    lines = number_lines(sys.stdin.buffer) if standard else raw_lines(name)
    failed = False
    for answer in model.predict_lines(lines, name, parsed.keep_going):
        if parsed.plot and "alignments" in answer:
            _plot(answer, parsed)
        failed = failed or "error" in answer
        sys.stdout.buffer.write(model.to_line(answer, parsed.plain).encode() + b"\n")
    sys.stdout.flush()
    return 2 if failed else 0


def _set_search(model, parsed) -> None:
    """The flags of translation, to a model that translates."""
    given = vars(parsed)
    settings = {name: given.get(name) for name in ("beam_size", "length_penalty", "n_best", "alignments")}
    settings["alignments"] = settings["alignments"] or (True if given.get("plot") else None)
    settings = {name: value for name, value in settings.items() if value is not None}
    if not settings:
        return
    if given.get("alignments") and parsed.plain:
        raise InputError("--alignments: they are in the JSON; expected no --plain")
    if given.get("plot") and not Path(parsed.plot).parent.is_dir():
        raise InputError(f"--plot: {Path(parsed.plot).parent}: no such folder")
    if model.config["task"] != "translation":
        raise InputError(f"--{next(iter(settings)).replace('_', '-')}: the model is no translator")
    if "n_best" in settings and "beam_size" not in settings:
        settings["beam_size"] = max(settings["n_best"], model.search.beam_size)
    model.set(**settings)


def _generate(parsed) -> int:
    from seqzoo import predict

    model = predict.load(parsed.model)
    if model.config["task"] != "language":
        raise InputError(f"{parsed.model}: expected a language model; it is one of {model.config['task']}")
    names = ("length", "temperature", "top_k", "top_p", "seed", "unknown")
    pieces = model.generate(parsed.prompt, **{name: getattr(parsed, name) for name in names})
    if unknown := [token for token in model.unknown(parsed.prompt) if token != "<unk>"]:
        print(f"--prompt: read as <unk>: {', '.join(dict.fromkeys(unknown))}", file=sys.stderr)
    sys.stdout.write(parsed.prompt)
    for piece in pieces:
        sys.stdout.write(piece)
        sys.stdout.flush()
    sys.stdout.write("\n")
    return 0


def _plot(answer: dict, parsed) -> None:
    from seqzoo import report
    from seqzoo.subwords import MARK

    source, target = ([p.replace(MARK, "") for p in answer[f"{s}_pieces"]] for s in ("source", "target"))
    figure = report.heat_map(source, target, answer["alignments"])
    figure.savefig(parsed.plot, format="png", dpi=150)
    parsed.plot = None  # the first text alone


def _evaluate(parsed) -> int:
    import json

    from seqzoo import heap, measure, predict

    heap.keep_freed_memory()
    model, path = predict.load(parsed.model), Path(parsed.data)
    _set_search(model, parsed)
    for flag, task in _OF_ONE_TASK.items():
        if getattr(parsed, flag) and model.config["task"] != task:
            raise InputError(
                f"--{flag.replace('_', '-')}: it is for {task}; the model is one of {model.config['task']}"
            )
    measured = measure.MEASURES[model.config["task"]](model, path, parsed)
    print(
        json.dumps(measured, indent=2, ensure_ascii=False),
        file=sys.stderr if parsed.per_token else sys.stdout,
    )
    return 0


def _doctor(parsed) -> int:
    from seqzoo import diagnosis, predict
    from seqzoo.diagnosis.texts import batch_of

    if Path(parsed.model).is_file():
        if parsed.data is not None:
            raise InputError("--data: how it becomes ids, a folder of seqzoo's tells; a .keras file doesn't")
        network, batch = predict.network(Path(parsed.model)), None
    else:
        model = predict.load(parsed.model)
        network, batch = model.model, None if parsed.data is None else batch_of(model, Path(parsed.data))
    found = diagnosis.diagnose(network, batch)
    print(found.to_json() if parsed.json else found)
    return 0


def _export(parsed) -> int:
    from seqzoo import export

    try:
        lengths = None if parsed.length is None else [int(n) for n in parsed.length.split(",")]
    except ValueError:
        raise InputError(f"--length: expected whole numbers, commas between; got {parsed.length!r}") from None
    texts = None if parsed.texts is None else export.read_texts(Path(parsed.texts))
    report = export.export(parsed.model, parsed.format, parsed.output, lengths=lengths, texts=texts)
    print(export.describe(report))
    return 0


def _serve(parsed) -> int:
    from seqzoo import heap, serving

    given = {limit: getattr(parsed, flag) for flag, (limit, *_) in _LIMITS.items()}
    limits = serving.Limits(**{limit: value for limit, value in given.items() if value is not None})
    heap.keep_freed_memory()
    return serving.serve(parsed.models, parsed.host, parsed.port, limits)


def _pack(parsed) -> int:
    from seqzoo import artifact, predict

    artifact.pack(predict.find(parsed.model), Path(parsed.target))
    print(f"packed into {parsed.target}")
    return 0


def _list(_parsed) -> int:
    from seqzoo import listing

    return listing.show()


if __name__ == "__main__":
    sys.exit(main())
