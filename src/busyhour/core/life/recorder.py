"""The life of a recorder: what the PBX keeps, or does not keep, of one customer's call at this moment.

Only STOPPED and FAILED lead back to OFF: a recorder of which nobody said that it is off counts as on. That is what
makes a pause for card data safe.
"""

from enum import StrEnum


class RecorderState(StrEnum):
    OFF = "off"
    STARTING = "starting"  # ordered; the PBX has not said yet that it records
    ON = "on"
    STOPPING = "stopping"  # ordered; it may record still


class RecorderCause(StrEnum):
    ORDERED = "ordered"
    STARTED = "started"
    FAILED = "failed"  # the PBX said that it cannot
    STOPPED_ORDERED = "stop ordered"
    STOPPED = "stopped"
    CALL_ENDED = "call ended"  # and the recorder with it


S, C = RecorderState, RecorderCause

RECORDER_LIFE: dict[RecorderState, dict[RecorderCause, RecorderState]] = {
    S.OFF: {C.ORDERED: S.STARTING, C.STOPPED_ORDERED: S.STOPPING, C.CALL_ENDED: S.OFF},
    S.STARTING: {C.STARTED: S.ON, C.FAILED: S.OFF, C.STOPPED_ORDERED: S.STOPPING, C.CALL_ENDED: S.OFF},
    S.ON: {C.STOPPED_ORDERED: S.STOPPING, C.CALL_ENDED: S.OFF},
    S.STOPPING: {C.STOPPED: S.OFF, C.CALL_ENDED: S.OFF},
}
