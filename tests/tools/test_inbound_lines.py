"""docs/requirements/inbound.md says of every `OC` id what became of it: "core" or "done" if a test shows it."""

import re
from pathlib import Path

from tools import requirements as tool

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| ((?:OC|MZ|CP)-\d+|I\d+) \| (\w+) \| (.*) \|$", re.MULTILINE)
SHOWN = {"core", "done"}
STATES = SHOWN | {"part", "planned", "other", "no"}


def rows() -> list[tuple[str, str, str]]:
    text = (ROOT / "docs" / "requirements" / "inbound.md").read_text(encoding="utf-8")
    return [(found[1], found[2], found[3]) for found in ROW.finditer(text)]


def test_each_id_has_one_line() -> None:
    ids = [name for name, _, _ in rows()]
    catalogue = tool.read_catalogue(ROOT / "docs" / "requirements")
    assert len(ids) == len(set(ids))
    assert {name for name in ids if name.startswith("OC")} == {name for name in catalogue if name.startswith("OC")}
    assert set(ids) <= set(catalogue)


def test_what_is_said_to_be_shown_is_shown_and_the_other_way_round() -> None:
    claimed = {claim.id for claim in tool.read_claims(ROOT / "tests", ROOT)}
    said = {name for name, state, _ in rows() if state in SHOWN}
    assert {state for _, state, _ in rows()} <= STATES
    assert said == {name for name, _, _ in rows() if name in claimed}


def test_a_line_without_a_test_says_why() -> None:
    silent = [name for name, state, remark in rows() if state in {"part", "other", "no"} and not remark]
    assert not silent
