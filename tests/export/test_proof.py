from pathlib import Path

from seqzoo.export.proof import open_reader


def test_a_relative_folder_is_read_from_where_the_process_stands(tmp_path, monkeypatch):
    for place in ("first", "second"):
        folder = tmp_path / place / "exported"
        folder.mkdir(parents=True)
        (folder / "lines.py").write_text(f"PLACE = {place!r}\n")
        reader = "import lines\n\n\nclass Reader:\n    place = lines.PLACE\n\n"
        reader += "    def __init__(self, folder):\n        self.folder = folder\n"
        (folder / "reader.py").write_text(reader)
    for place in ("first", "second"):
        monkeypatch.chdir(tmp_path / place)
        assert open_reader(Path("exported")).place == place
