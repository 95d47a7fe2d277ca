"""The commands of `seqzoo`, a file each.

Each has `ABOUT`, a line of help, `EXAMPLE`, a call, `add_arguments(parser)`, and `run(parsed)`, which returns
the exit status.
"""

COMMANDS = (
    "train",
    "predict",
    "evaluate",
    "generate",
    "chat",
    "doctor",
    "export",
    "serve",
    "pack",
    "sweep",
    "list",
    "info",
    "new",
    "completion",
)
