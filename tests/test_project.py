"""What stands around the code: version, citation, changelog, container, continuous integration."""

import configparser
import re
from pathlib import Path

import seqzoo

ROOT = Path(__file__).parents[1]


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def settings() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None)
    parser.read(ROOT / "setup.cfg", "utf-8")
    return parser


def requirements(text: str) -> dict[str, str]:
    """Name -> version asked for, of a list with one requirement a line."""
    lines = [line.partition(";")[0].strip() for line in text.strip().split("\n")]
    parts = [re.fullmatch(r"([\w.-]+)(?:\[.*\])?(.*)", line) for line in lines]
    return {part[1]: part[2] for part in parts}


def test_the_version_is_written_in_one_place():
    assert settings()["metadata"]["version"] == "attr: seqzoo.__version__"
    assert f"\nversion: {seqzoo.__version__}\n" in read("CITATION.cff")


def test_the_changelog_has_the_version_of_the_citation_and_its_date():
    released = re.search(r"^date-released: (.*)$", read("CITATION.cff"), re.MULTILINE)[1]
    assert f"\n## {seqzoo.__version__} - {released}\n" in read("CHANGELOG.md")


def test_the_container_installs_what_serving_needs_and_no_tensorflow():
    parser, image = settings(), read("Dockerfile")
    listed = requirements("\n".join(re.findall(r'^ {8}"(.*?)" \\$', image, re.MULTILINE)))
    every = requirements(parser["options"]["install_requires"])
    serve = requirements(parser["options.extras_require"]["serve"])
    engine = {
        name: every[name] for name in ("numpy", "onnxruntime", "scipy", "sentencepiece")
    }
    assert listed == serve | engine
    assert "USER seqzoo" in image and "--no-deps" in image


def test_hosted_integration_calls_the_script_that_runs_here():
    assert "run: .ci/run" in read(".github/workflows/ci.yml")
    assert "mkdocs build --strict" in read(".ci/run")


def test_the_test_command_installs_what_the_site_is_made_with():
    (command,) = re.findall(r"<!-- test -->\n```bash\n(.*?)\n", read("README.md"))
    extras = re.search(r'"\.\[(.*?)\]"', command)[1].split(",")
    assert {"test", "docs", "serve"} <= set(extras)
    assert set(extras) <= set(settings()["options.extras_require"])
