"""A call's recorder, and the recording of the talk that is going on, as the floor has them."""

from dataclasses import dataclass, field

from busyhour.core.life.recorder import RecorderState
from busyhour.core.model.recordings import Gap, GapKind, RecordingPicture
from busyhour.core.recording.policy import Decision


@dataclass(slots=True)
class Recorder:
    """Of one call, from its first talk to its end: talks come and go, and what is not known to be off counts as on."""

    state: RecorderState = RecorderState.OFF
    recording: str = ""  # of the last order
    part: int = 0
    tries: int = 0  # of the order that is not answered yet
    stray_until_s: float = 0.0  # monotonic: until then an order of the engine before us may still come


@dataclass(slots=True, kw_only=True)
class Recording:
    """Of one talk with one agent. Without a name nothing of it was recorded so far."""

    decision: Decision
    agent_id: int | None
    asked: bool
    campaign_id: int | None = None
    queue_id: int | None = None  # in which the talk is: the call may be sent on before the recording has ended
    name: str = ""
    began_utc_s: float = 0.0
    part: int = 0
    paused: bool = False
    pause_sure: bool = False  # nothing is recorded: the PBX has said so
    given_up: bool = False  # no further part is made
    fault: str = ""
    remind: bool = False  # paused for long
    gaps: list[Gap] = field(default_factory=list)

    def picture(self, call: str, recorder: RecorderState) -> RecordingPicture:
        return RecordingPicture(
            recording=self.name,
            call=call,
            agent_id=self.agent_id,
            campaign_id=self.campaign_id,
            queue_id=self.queue_id,
            policy=self.decision.policy,
            why=self.decision.why,
            began_utc_s=self.began_utc_s,
            recorder=recorder,
            part=self.part,
            asked=self.asked,
            paused=self.paused,
            given_up=self.given_up,
            gaps=tuple(self.gaps),
            fault=self.fault,
        )

    def open_gap(self, utc_s: float) -> None:
        """This part is over; what comes until the next one is missing."""
        kind = GapKind.PAUSE if self.paused else GapKind.HOLD
        if self.part and not (self.gaps and self.gaps[-1].until_utc_s is None):
            self.gaps.append(Gap(after_part=self.part, kind=kind, from_utc_s=utc_s))
        elif self.paused and self.gaps:  # asked for while the customer was on hold
            last = self.gaps[-1]
            self.gaps[-1] = Gap(after_part=last.after_part, kind=GapKind.PAUSE, from_utc_s=last.from_utc_s)

    def close_gap(self, utc_s: float) -> None:
        if self.gaps and (last := self.gaps[-1]).until_utc_s is None:
            until_utc_s = max(utc_s, last.from_utc_s)  # a clock that was set back makes no gap negative
            self.gaps[-1] = Gap(
                after_part=last.after_part, kind=last.kind, from_utc_s=last.from_utc_s, until_utc_s=until_utc_s
            )


def taken_up(picture: RecordingPicture) -> Recording:
    """Of the engine before us, from what it kept."""
    return Recording(
        decision=Decision(picture.policy, picture.why),
        agent_id=picture.agent_id,
        asked=picture.asked,
        campaign_id=picture.campaign_id,
        queue_id=picture.queue_id,
        name=picture.recording,
        began_utc_s=picture.began_utc_s,
        part=picture.part,
        paused=picture.paused,
        given_up=picture.given_up,
        fault=picture.fault,
        gaps=list(picture.gaps),
    )
