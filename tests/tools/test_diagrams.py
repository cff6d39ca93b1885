"""The state diagrams in the documents say what the tables say."""

from pathlib import Path

from busyhour.core.life.run import RUN_LIFE
from tools import diagrams


def test_the_diagrams_are_current() -> None:
    assert diagrams.stale() == [], "run `make diagrams`"


def test_a_changed_diagram_is_noticed(tmp_path: Path) -> None:
    for name, text in diagrams.diagrams().items():
        (tmp_path / name).write_text(text)
    (tmp_path / "call.md").write_text("something else")
    (tmp_path / "stray.md").write_text("of no table")
    assert diagrams.stale(tmp_path) == ["call.md", "stray.md"]


def test_every_step_of_a_table_is_an_arrow() -> None:
    assert len(list(diagrams.arrows(RUN_LIFE))) == sum(len(steps) for steps in RUN_LIFE.values())
    assert "paused --> running : unpaused" in diagrams.diagrams()["run.md"]
