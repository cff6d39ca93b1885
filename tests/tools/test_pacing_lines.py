"""docs/requirements/pacing.md says of each id on dial modes and pacing what became of it: "done" if a test shows it."""

import re
from pathlib import Path

from tools import requirements as tool

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| ((?:WD|MZ|U)-\d+) \| (\w+) \| (.*) \|$", re.MULTILINE)
WANTED = (
    {f"WD-{n:03}" for n in (*range(46, 71), *range(119, 123))}
    | {f"MZ-{n:03}" for n in (*range(88, 107), *range(207, 212))}
    | {"U-18"}
)
ROWS = ROW.findall((ROOT / "docs" / "requirements" / "pacing.md").read_text(encoding="utf-8"))


def test_each_id_has_one_line_and_each_line_without_a_test_says_why() -> None:
    assert sorted(name for name, _, _ in ROWS) == sorted(WANTED)
    assert set(tool.read_catalogue(ROOT / "docs" / "requirements")) >= WANTED
    assert not [name for name, state, remark in ROWS if state != "done" and not remark]


def test_what_is_said_to_be_shown_is_shown_and_the_other_way_round() -> None:
    claimed = {claim.id for claim in tool.read_claims(ROOT / "tests", ROOT)}
    assert {state for _, state, _ in ROWS} <= {"done", "part", "other", "no"}
    assert {name for name, state, _ in ROWS if state == "done"} == {name for name, _, _ in ROWS if name in claimed}
