"""Trained models by HTTP, and a page to try them on: `seqzoo serve NAME|DIR ...`.

`api` has the addresses, `schemas` what goes over the wire, `batching` the queue and the thread of a model,
`server` the process and its end. Needs `pip install "seqzoo[serve]"`.
"""

from seqzoo.errors import InputError

try:
    from seqzoo.serving.api import create_app
    from seqzoo.serving.limits import Limits
    from seqzoo.serving.server import serve
    from seqzoo.serving.service import Service
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] == "seqzoo":
        raise
    raise InputError(
        f'serve: {error.name} is missing; pip install "seqzoo[serve]"'
    ) from error

__all__ = ["Limits", "Service", "create_app", "serve"]
