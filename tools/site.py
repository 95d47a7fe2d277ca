"""Hooks of MkDocs: the reference is made when the site is built, and the navigation from the folders.

The pages of `docs/` are copied into a temporary folder, and what is generated comes beside them. There the
plugin for languages takes both for pages of the same kind. Nothing generated is kept.
"""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # MkDocs loads this file alone

from tools import code_pages, command_pages, table_pages  # noqa: E402

_staged: list[tempfile.TemporaryDirectory] = []  # held until the process ends


@event_priority(100)  # before the plugin for languages, which looks at the folder
def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Stage the pages; a build in a second language finds them staged.

    Args:
        config: of the build; its folder of pages and its navigation are replaced.
    """
    if not _staged or config.docs_dir != _staged[-1].name:
        _staged.append(tempfile.TemporaryDirectory(prefix="seqzoo-site-"))
        stage(Path(config.docs_dir), Path(_staged[-1].name))
        config.docs_dir = _staged[-1].name
    config.nav = navigation(Path(config.docs_dir), config.extra["sections"])
    return config


def stage(source: Path, target: Path) -> None:
    """Copy pages and add what is generated.

    Args:
        source: the folder of the written pages.
        target: an empty folder.

    Raises:
        FileExistsError: if a written page has the name of a generated one.
    """
    shutil.copytree(source, target, dirs_exist_ok=True)
    for maker in (command_pages, code_pages, table_pages):
        for name, text in maker.pages():
            path = target / "reference" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8").replace("docs/reference/", "")
    (target / "reference" / "changelog.md").write_text(changes, "utf-8")
    for page in (target / "reference").glob("cells*.md"):
        written = page.read_text("utf-8")
        page.write_text(written.replace(table_pages.MARK, table_pages.cells()), "utf-8")


def navigation(folder: Path, sections: list[dict[str, Any]]) -> list:
    """The navigation: the front page, then a section a folder.

    Args:
        folder: of all pages.
        sections: `folder`, `title` and `first`: the names of the pages that come first. The others follow
            in the order of the alphabet, so that a new page needs no entry.
    """
    made: list = ["index.md"]
    for section in sections:
        pages = _pages(folder, folder / section["folder"], section.get("first", []))
        if pages:
            made.append({section["title"]: pages})
    return made


def _pages(root: Path, folder: Path, first: list[str]) -> list:
    """The pages of a folder, then those of folders in it as sections of their own."""
    names = {page.stem for page in folder.glob("*.md") if not page.stem.endswith(".zh")}
    order = [name for name in ["index", *first] if name in names]
    order += sorted(names - set(order))
    pages: list = [(folder / f"{name}.md").relative_to(root).as_posix() for name in order]
    for inner in sorted(path for path in folder.glob("*/") if any(path.glob("*.md"))):
        pages.append({TITLES.get(inner.name, inner.name.title()): _pages(root, inner, [])})
    return pages


TITLES = {"commands": "Commands", "recipes": "Recipes", "python": "Python"}
