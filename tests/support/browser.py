"""A browser and a plain static server, for what runs in pages."""

import contextlib
import functools
import http.server
import json
import threading


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@contextlib.contextmanager
def served(folder):
    """The address of a folder, served as `python -m http.server` does."""
    handler = functools.partial(_Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join(20)
        server.server_close()


def evaluated(page, function, value):
    """What an asynchronous function of JavaScript gives for a value; any strings, lone surrogates too."""
    body = f"async (sent) => JSON.stringify(await ({function})(JSON.parse(sent)))"
    return json.loads(page.evaluate(body, json.dumps(value)))
