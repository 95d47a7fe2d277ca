"""The `seqzoo` command."""

import sys
from pathlib import Path

from seqzoo import __version__, flags
from seqzoo.cli import Parser, guarded
from seqzoo.errors import InputError

_OF_ONE_TASK = {  # flags of `seqzoo evaluate`
    "words": "segmentation", "references": "translation", "per_token": "language", "cache": "language",
    "cache_weight": "language", "cache_flatness": "language", "dynamic": "language",
    "dynamic_decay": "language",
}  # fmt: skip


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

    flags.add_predict(commands).set_defaults(run=_predict)
    flags.add_evaluate(commands).set_defaults(run=_evaluate)
    flags.add_generate(commands).set_defaults(run=_generate)
    flags.add_doctor(commands).set_defaults(run=_doctor)
    flags.add_export(commands).set_defaults(run=_export)
    flags.add_serve(commands).set_defaults(run=_serve)
    pack = commands.add_parser("pack", help="copy a model without its training state, half the size")
    pack.add_argument("model", metavar="NAME|DIR")
    pack.add_argument("target", metavar="TARGET", help="a new folder")
    pack.set_defaults(run=_pack)

    commands.add_parser("sweep", help="look for a recipe's best settings: seqzoo sweep RECIPE --help")

    listing = commands.add_parser("list", help="show models, recipes, datasets and cells")
    listing.set_defaults(run=_list)
    parsed = parser.parse_args(arguments)
    return parsed.run(parsed)


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
    from seqzoo import diagnosis, foreign, predict
    from seqzoo.diagnosis.texts import batch_of

    if Path(parsed.model).is_file():
        if parsed.data is not None:
            raise InputError("--data: how it becomes ids, a folder of seqzoo's tells; a .keras file doesn't")
        network, batch = foreign.network(Path(parsed.model)), None
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

    given = {limit: getattr(parsed, limit) for limit in flags.LIMITS}
    limits = serving.Limits(**{limit: value for limit, value in given.items() if value is not None})
    heap.keep_freed_memory()
    return serving.serve(parsed.models, parsed.host, parsed.port, limits, parsed.threads)


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
