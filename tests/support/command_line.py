"""What tests of the command line share."""

import io


class Input:
    """Standard input made of bytes."""

    def __init__(self, data):
        self.buffer = io.BytesIO(data)

    def isatty(self):
        """No: a pipe."""
        return False


def failure(capfd, status):
    """The one line that a failed command printed."""
    assert status == 2
    error = capfd.readouterr().err
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert "Traceback" not in error
    return error
