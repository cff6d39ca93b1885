"""What failed on the real thing is looked at once more, alone; what may never fail is not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[2] / "tools" / "real_tests.py"

UNSTEADY = """
def test_unsteady():
    from pathlib import Path
    seen = Path(__file__).with_name("seen{n}")
    was_there = seen.exists()
    seen.touch()
    assert was_there
"""
ONCE = "import pytest\npytestmark = pytest.mark.once\n" + UNSTEADY
CRASH = "def test_crash():\n    raise AssertionError('Asterisk crashed')\n"
BROKEN = "def test_broken():\n    assert False\n"
GOOD = "def test_good():\n    pass\n"


def run(folder: Path, *sources: str) -> tuple[int, str]:
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    once: final\n")
    for n, source in enumerate(sources):
        (folder / f"of_{n}").mkdir()
        (folder / f"of_{n}" / "conftest.py").touch()  # as our folders have
        (folder / f"of_{n}" / f"test_{n}.py").write_text(source.replace("{n}", str(n)))
    command = (sys.executable, str(TOOL), "-m", "", "-p", "no:cacheprovider", f"--rootdir={folder}", str(folder))
    bare = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}  # starts in half the time
    done = subprocess.run(command, cwd=folder, env=bare, capture_output=True, text=True, timeout=50, check=False)
    return done.returncode, done.stdout


def test_all_green_needs_no_second_look(tmp_path: Path) -> None:
    code, said = run(tmp_path, GOOD)
    assert code == 0
    assert "second look" not in said


def test_what_passes_alone_is_told_as_unsteady_with_its_first_failure(tmp_path: Path) -> None:
    code, said = run(tmp_path, GOOD, UNSTEADY)
    assert code == 0
    assert "assert was_there" in said
    assert "UNSTEADY of_1/test_1.py::test_unsteady" in said


def test_what_fails_twice_is_a_failure(tmp_path: Path) -> None:
    code, said = run(tmp_path, BROKEN, UNSTEADY)
    assert code == 1
    assert "UNSTEADY" not in said


@pytest.mark.parametrize(
    ("sources", "why"),
    [
        ((ONCE,), "it may never fail"),
        ((UNSTEADY, CRASH), "Asterisk crashed"),
        ((UNSTEADY, UNSTEADY, UNSTEADY, UNSTEADY), "4 failed, and no more than 3"),
    ],
)
def test_what_is_final_has_no_second_look(tmp_path: Path, sources: tuple[str, ...], why: str) -> None:
    code, said = run(tmp_path, *sources)
    assert code == 1
    assert "No second look" in said
    assert why in said


def test_tests_that_cannot_be_collected_are_a_failure(tmp_path: Path) -> None:
    code, _ = run(tmp_path, "import nothing_of_this_name")
    assert code not in (0, 1)
