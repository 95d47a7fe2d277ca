"""`tests/` mirrors the package: a folder for each room, and tests in each."""

from pathlib import Path

import seqzoo

ROOT = Path(seqzoo.__file__).parent
TESTS = Path(__file__).parent
NO_ROOMS = {"faults", "fuzz", "golden", "support"}  # of several rooms, or none


def packages(root: Path) -> set[str]:
    return {path.parent.name for path in root.glob("*/__init__.py")}


def test_every_folder_is_a_package():
    folders = {path.parent for path in TESTS.rglob("*.py")}
    without = [folder for folder in folders if not (folder / "__init__.py").exists()]
    assert not without


def test_every_folder_has_the_name_of_a_room():
    assert packages(TESTS) - packages(ROOT) == NO_ROOMS


def test_every_room_has_tests():
    rooms = packages(ROOT)
    bare = {room for room in rooms if not list((TESTS / room).rglob("test_*.py"))}
    assert not bare, f"no tests of {bare}"


def test_every_task_has_tests():
    tasks = packages(ROOT / "tasks")
    bare = {task for task in tasks if not (TESTS / "tasks" / f"test_{task}.py").exists()}
    assert not bare, f"no tests of {bare}"
