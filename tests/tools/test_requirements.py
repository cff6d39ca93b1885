"""The list of requirements: every id is found, every claim is found, a wrong id is an error."""

import json
from pathlib import Path

import pytest

from tools import requirements as tool

CATALOGUES = Path(__file__).parents[2] / "docs" / "requirements"

SAMPLE = """
import pytest
pytestmark = [pytest.mark.covers("WD-001")]

@pytest.mark.covers("WD-127", "AD-007")
def test_one(): ...

class TestMany:
    @pytest.mark.covers("NO-1")
    async def test_two(self): ...

@pytest.mark.parametrize("n", [pytest.param(1, marks=pytest.mark.covers("U-23"))])
def test_three(n): ...

@pytest.mark.covers("WD-002")
def not_a_test(): ...
"""


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_sample.py").write_text(SAMPLE)
    return tmp_path


@pytest.mark.parametrize(
    "name",
    ["WD-001", "WD-294", "AC-0", "PC-001", "DEC-15", "MZ-001", "AD-059", "OC-127", "CP-033", "U-50", "I1", "I48"],
)
def test_each_family_is_found_in_the_catalogue(name: str) -> None:
    catalogue = tool.read_catalogue(CATALOGUES)
    assert name in catalogue


def test_several_ids_on_one_line_have_a_text_each() -> None:
    catalogue = tool.read_catalogue(CATALOGUES)
    assert catalogue["AD-059"].text.startswith("NOANSWER")
    assert catalogue["AD-060"].text.startswith("CANCEL")


def test_claims_are_found_on_modules_functions_classes_and_cases(sample: Path) -> None:
    claims = tool.read_claims(sample / "tests", sample)
    assert {(c.id, c.test.split("::")[1]) for c in claims} == {
        ("WD-001", "test_one"),
        ("WD-127", "test_one"),
        ("AD-007", "test_one"),
        ("WD-001", "test_two"),
        ("NO-1", "test_two"),
        ("WD-001", "test_three"),
        ("U-23", "test_three"),
    }


def test_ids_that_several_tests_share_by_a_name_are_found(sample: Path) -> None:
    shared = 'IDS = ("I1", *("I2",))\n\n@pytest.mark.covers(*IDS, "I3")\ndef test_all(): ...\n'
    (sample / "tests" / "test_sample.py").write_text(shared)
    assert [claim.id for claim in tool.read_claims(sample / "tests", sample)] == ["I1", "I2", "I3"]


def test_ids_that_cannot_be_read_are_an_error(sample: Path) -> None:
    (sample / "tests" / "test_sample.py").write_text("@pytest.mark.covers(*made())\ndef test_all(): ...\n")
    with pytest.raises(ValueError, match=r"covers\(\*?made\(\)\) cannot be read"):
        tool.read_claims(sample / "tests", sample)


def test_a_wrong_id_is_an_error(
    sample: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (sample / "docs").mkdir()
    (sample / "docs" / "requirements").symlink_to(CATALOGUES)
    monkeypatch.setattr(tool, "ROOT", sample)
    assert tool.run(["--json"]) == 1
    printed = capsys.readouterr()
    assert "covers NO-1, which no catalogue has" in printed.err
    answer = json.loads(printed.out)
    assert answer["shown"] == 4
    assert {r["id"] for r in answer["requirements"] if r["tests"]} == {"WD-001", "WD-127", "AD-007", "U-23"}


def test_every_marker_of_this_repository_names_a_requirement() -> None:
    assert tool.run(["--check"]) == 0
