"""What recorders are told, word by word, and what is believed of the answers."""

import asyncio
from typing import Any

import pytest

from busyhour.adapters.asterisk.ami import AmiDown, AmiMessage
from busyhour.adapters.asterisk.recording import STOPS_MAX, Recorders
from busyhour.core.commands import StartRecording, StopRecording
from busyhour.core.model.recording_facts import RecordingEnded, RecordingFailed, RecordingStarted
from busyhour.core.model.recordings import recording_of
from tests.adapters.asterisk.no_pbx import NO_PBX

CALL = "i7-1790078400.12"
NAME = recording_of(call=CALL, fence=2, n=5)
START = StartRecording(call=CALL, recording=NAME, part=3)
STOP = StopRecording(call=CALL, recording=NAME, part=3)
NOTHING = {"Response": "Error", "Message": "Could not stop monitoring channel"}
YES = {"Response": "Success"}


class Ami:
    """Answers in turn; then nothing is left to stop."""

    def __init__(self, *answers: dict[str, str] | type[AmiDown] | None) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, dict[str, str]]] = []

    async def ask(self, action: str, fields: dict[str, str]) -> AmiMessage:
        self.asked.append((action, fields))
        answer: Any = self.answers.pop(0) if self.answers else NOTHING
        if answer is None:
            await asyncio.sleep(60.0)
        if answer is AmiDown:
            raise AmiDown
        return AmiMessage(answer)


def recorders(*answers: dict[str, str] | type[AmiDown] | None) -> tuple[Recorders, Ami]:
    made, ami = Recorders(NO_PBX), Ami(*answers)
    made.ami = ami  # type: ignore[assignment]
    return made, ami


async def test_it_begins_with_nothing_else_running_and_runs_no_program() -> None:
    made, ami = recorders(YES, NOTHING, YES)
    assert await made.start(START) == RecordingStarted(call=CALL, recording=NAME, part=3)
    channel = {"Channel": "1790078400.12"}  # as the PBX calls it
    file = {"File": f"{NAME}.3.raw", "Options": "abD"}
    assert ami.asked == [("StopMixMonitor", channel)] * 2 + [("MixMonitor", channel | file)]


async def test_what_the_pbx_refuses_is_told_with_its_reason() -> None:
    made, _ = recorders(NOTHING, {"Response": "Error", "Message": "No such channel"})
    told = await made.start(START)
    assert told == RecordingFailed(call=CALL, recording=NAME, part=3, why="No such channel")


@pytest.mark.covers("I36")
async def test_it_has_ended_only_when_nothing_is_left() -> None:
    made, ami = recorders(YES, YES)
    assert await made.stop(STOP) == RecordingEnded(call=CALL, recording=NAME, part=3)
    assert len(ami.asked) == 3
    gone, _ = recorders({"Response": "Error", "Message": "No such channel"})
    assert await gone.stop(STOP) == RecordingEnded(call=CALL, recording=NAME, part=3)


@pytest.mark.covers("I36")
@pytest.mark.parametrize(
    "answers",
    [
        (AmiDown,),
        (YES, AmiDown),
        (None,),  # no answer in time
        (YES,) * STOPS_MAX,
        ({"Response": "Error", "Message": "Permission denied"},),
        ({"Response": "Error"},),
    ],
)
async def test_any_other_answer_counts_as_one_that_still_records(answers: tuple[Any, ...]) -> None:
    made, _ = recorders(*answers)
    assert await made.stop(STOP) is None
    made, ami = recorders(*answers)
    assert await made.start(START) is None
    assert "MixMonitor" not in [action for action, _ in ami.asked]
