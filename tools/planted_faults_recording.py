"""Faults planted in recordings. Part of `planted_faults.py`."""

from tools.planted_edit import Fault

RECORDING = (
    Fault(
        "core/floor/recording.py",
        "    if call.recorder.state is not RecorderState.OFF:\n        return\n    if f.now",
        "    if f.now",
        "a pause of the recording is told before the PBX has confirmed it",
    ),
    Fault(
        "core/recording/policy.py",
        "policy, who = (own, of) if own is not None else",
        'policy, who = (rule, "the contact center") if own is not None else',
        "recording by the contact center's rule, whatever the queue says",
    ),
    Fault(
        "core/floor/endings.py",
        "    recording.close(f, call)\n",
        "",
        "a recording that does not end with its call",
    ),
    Fault(
        "core/floor/recording.py",
        "            f.do(SaveRecording(recording=_ended(f, picture)))\n    both",
        "    both",
        "a recording of an engine that died has no end",
    ),
)
