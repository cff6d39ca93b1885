"""The life of a run: one execution of a campaign (U-17, WD-136 to WD-145)."""

from enum import StrEnum


class RunState(StrEnum):
    RUNNABLE = "runnable"  # just started, being prepared
    RUNNING = "running"
    WRONG_TIME = "wrong_time"  # outside the campaign's hours
    IDLE = "idle"  # out of numbers, waits for more
    PAUSED = "paused"
    COMPLETED = "completed"
    REMOVED = "removed"


class RunCause(StrEnum):
    PREPARED = "prepared"
    HOURS_CLOSED = "hours closed"
    HOURS_OPENED = "hours opened"
    RAN_OUT = "ran out"  # no numbers, no retries, nothing live; waits for more
    NUMBERS_CAME = "numbers came"
    FINISHED = "finished"  # no numbers, no retries, nothing live; does not wait
    PAUSED = "paused"
    UNPAUSED = "unpaused"
    REMOVED = "removed"


S, C = RunState, RunCause

RUN_LIFE: dict[RunState, dict[RunCause, RunState]] = {
    S.RUNNABLE: {C.PREPARED: S.RUNNING, C.REMOVED: S.REMOVED},
    S.RUNNING: {
        C.HOURS_CLOSED: S.WRONG_TIME,
        C.RAN_OUT: S.IDLE,
        C.FINISHED: S.COMPLETED,
        C.PAUSED: S.PAUSED,
        C.REMOVED: S.REMOVED,
    },
    S.WRONG_TIME: {C.HOURS_OPENED: S.RUNNING, C.FINISHED: S.COMPLETED, C.PAUSED: S.PAUSED, C.REMOVED: S.REMOVED},
    S.IDLE: {C.NUMBERS_CAME: S.RUNNING, C.HOURS_CLOSED: S.WRONG_TIME, C.PAUSED: S.PAUSED, C.REMOVED: S.REMOVED},
    S.PAUSED: {C.UNPAUSED: S.RUNNING, C.REMOVED: S.REMOVED},
    S.COMPLETED: {},
    S.REMOVED: {},
}

ACTIVE = frozenset({S.RUNNABLE, S.RUNNING, S.WRONG_TIME, S.IDLE, S.PAUSED})
