"""Draws docs/diagrams from the tables of core/life, so that a picture cannot say what the code does not.

python tools/diagrams.py           write them
python tools/diagrams.py --check   say which are out of date
"""

import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from busyhour.core.life.agent import AGENT_LIFE, AgentState
from busyhour.core.life.attempt import ATTEMPT_LIFE, AttemptState
from busyhour.core.life.call import CALL_LIFE, CallState
from busyhour.core.life.callback import CALLBACK_LIFE, CallbackState
from busyhour.core.life.consultation import CONSULT_LIFE, ConsultState
from busyhour.core.life.entry import ENTRY_LIFE, EntryState
from busyhour.core.life.recorder import RECORDER_LIFE, RecorderState
from busyhour.core.life.run import RUN_LIFE, RunState
from busyhour.core.life.supervision import SUPERVISION_LIFE, SupervisionState

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "diagrams"

Arrow = tuple[str, str, str]  # from, to, cause


def arrows(life: Mapping[Any, Any]) -> Iterator[Arrow]:
    """Both forms of table: state -> {cause: state}, and state -> {states}."""
    for state, steps in life.items():
        if isinstance(steps, Mapping):
            yield from ((state.value, after.value, cause.value) for cause, after in steps.items())
        else:
            yield from ((state.value, after.value, "") for after in sorted(steps))


def draw(title: str, module: str, life: Mapping[Any, Any], *first: StrEnum) -> str:
    lines = [f"    [*] --> {state.value}" for state in first]
    for before, after, cause in arrows(life):
        lines.append(f"    {before} --> {after}" + (f" : {cause}" if cause else ""))
    lines += [f"    {state.value} --> [*]" for state, steps in life.items() if not steps]
    picture = "\n".join(lines)
    return (
        f"# {title}\n\n"
        f"Drawn by `make diagrams` from the table in `src/busyhour/core/life/{module}.py`; a test keeps it current.\n"
        f"What is not an arrow here cannot happen.\n\n"
        f"```mermaid\nstateDiagram-v2\n{picture}\n```\n"
    )


def diagrams() -> dict[str, str]:
    """File name -> text."""
    return {
        "agent.md": draw("The life of an agent", "agent", AGENT_LIFE, AgentState.OFFLINE),
        "attempt.md": draw("The life of an attempt", "attempt", ATTEMPT_LIFE, AttemptState.INTENT),
        "call.md": draw("The life of a call", "call", CALL_LIFE, CallState.RESERVED, CallState.PLANNED),
        "callback.md": draw("The life of a callback", "callback", CALLBACK_LIFE, CallbackState.WAITING),
        "consultation.md": draw("The life of a consultation", "consultation", CONSULT_LIFE, ConsultState.RINGING),
        "entry.md": draw("The life of a queue entry", "entry", ENTRY_LIFE, EntryState.WELCOME, EntryState.QUEUED),
        "recorder.md": draw("The life of a recorder", "recorder", RECORDER_LIFE, RecorderState.OFF),
        "run.md": draw("The life of a run", "run", RUN_LIFE, RunState.RUNNABLE),
        "supervision.md": draw("The life of a supervision", "supervision", SUPERVISION_LIFE, SupervisionState.CALLING),
    }


def stale(folder: Path = FOLDER) -> list[str]:
    wanted = diagrams()
    found = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    return sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))


def run(arguments: list[str]) -> int:
    if arguments == ["--check"]:
        for name in stale():
            print(f"docs/diagrams/{name} is out of date: run `make diagrams`", file=sys.stderr)
        return 1 if stale() else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in diagrams().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
