"""What is known of a recording, as it crosses the border between core and service.

A recording is one talk with one agent. It is made in parts: while the customer is on hold, or the agent pauses it for
card data, nothing is recorded at all, and a new part begins after it. `Gap`s say what is missing between parts.
"""

import re
from enum import StrEnum
from typing import Final

from msgspec import Struct

NAME: Final = re.compile(r"(?P<call>[cib][0-9]{1,18}-[0-9a-z.-]{1,80})_(?P<fence>[0-9]{1,18})-(?P<n>[0-9]{1,9})")
"""Of a recording, and so of its files. Made from the call's name, never from what anybody typed or sent."""
GAPS_MAX: Final = 200  # of one recording; whoever pauses more often gets no further part


class RecordingPolicy(StrEnum):
    """Which talks are recorded (5.3-14)."""

    NEVER = "never"
    ALWAYS = "always"
    ON_DEMAND = "on_demand"  # when the agent says so
    BY_HOOK = "by_hook"  # when a program of the company says so, or a header of the call


class RecordWish(StrEnum):
    """What an agent may ask for."""

    START = "start"
    STOP = "stop"
    PAUSE = "pause"
    RESUME = "resume"


class GapKind(StrEnum):
    HOLD = "hold"  # the customer heard music, or nobody
    PAUSE = "pause"  # by the agent, for card data and the like


class Gap(Struct, frozen=True, kw_only=True):
    """Nothing was recorded between this part and the next one."""

    after_part: int  # the first is 1
    kind: GapKind
    from_utc_s: float
    until_utc_s: float | None = None  # None: to the end


class RecordingPicture(Struct, frozen=True, kw_only=True):
    """A recording as it is kept at each of its steps: enough to go on with it in another engine."""

    recording: str
    call: str
    agent_id: int | None
    campaign_id: int | None = None
    queue_id: int | None = None
    policy: RecordingPolicy
    why: str  # it is recorded, in words
    began_utc_s: float
    ended_utc_s: float | None = None
    recorder: str  # a RecorderState
    part: int = 0  # the last one that was ordered
    asked: bool = True  # by the rule, or by the agent
    paused: bool = False
    given_up: bool = False  # no further part is made
    gaps: tuple[Gap, ...] = ()
    fault: str = ""  # what is missing of it, or is not sure, in words; empty: nothing


def recording_of(*, call: str, fence: int, n: int) -> str:
    """New in every engine, by its fence."""
    return f"{call}_{fence}-{n}"


def call_of(recording: str) -> str | None:
    """Whose recording it is; None: no name of ours."""
    found = NAME.fullmatch(recording)
    return found["call"] if found is not None else None
