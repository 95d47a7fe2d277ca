"""The command line as a user meets it: one line and exit 2 for what can be mended."""

import subprocess
import sys

from seqzoo.__main__ import main
from tests.support.command_line import failure


def test_missing_things(trained, capfd, tmp_path):
    assert "no such file" in failure(capfd, main(["predict", str(trained), "/nowhere"]))
    assert "got 'nothing'" in failure(capfd, main(["predict", "nothing"]))
    assert "invalid choice: 'predcit'" in failure(capfd, main(["predcit"]))
    missing = ["evaluate", "--json", str(trained), "--data", str(tmp_path / "no.tsv")]
    assert "no.tsv: cannot be read: No such file" in failure(capfd, main(missing))


def test_help_and_import_do_not_wait_for_tensorflow():
    code = "import sys, seqzoo, seqzoo.__main__ as m\ntry: m.main(['--help'])\nexcept SystemExit: pass\n"
    code += "assert not {'tensorflow', 'keras'} & set(sys.modules), 'slow import'"
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
