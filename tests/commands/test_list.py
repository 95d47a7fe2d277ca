"""`list` on the command line."""

from seqzoo.__main__ import main


def test_list_names_everything(capfd):
    assert main(["list"]) == 0
    out = capfd.readouterr().out
    for name in ("sentiment", "movie-reviews", "simple_rnn"):
        assert name in out
