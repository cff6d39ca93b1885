"""Recordings as the real API sends them, with a sound that plays: a tone on each side."""

import io
import math
import time
import wave
from array import array
from typing import Any

SECONDS, RATE_HZ = 12, 8000
NAME = "i1-1790000000.0_1-1"
RULE: dict[str, Any] = {"recording": "never", "recording_days": 90}
STATES = ("kept", "kept", "kept", "ended", "lost", "erased")


def row(n: int = 0) -> dict[str, Any]:
    began = time.time() - 3600 * (n + 1)
    state = STATES[n % len(STATES)]
    marks = [{"at_s": 4.0, "kind": "pause", "missing_s": 21.0}, {"at_s": 8.0, "kind": "hold", "missing_s": 7.0}]
    return {
        "recording": NAME if n == 0 else f"i1-1790000000.{n}_1-{n}", "call": f"i1-1790000000.{n}",
        "number": f"+4144555{n:04d}", "agent_id": 1, "agent_name": "Ann Ames", "campaign_id": None,
        "campaign_name": None, "queue_id": 1, "queue_name": "Sales", "policy": "always",
        "why": "queue Sales records every talk", "fault": "Not on the disk: part 2." if n == 1 else "",
        "began_utc_s": began, "ended_utc_s": began + SECONDS, "state": state, "held": n == 2, "erased_utc_s": None,
        "length_s": float(SECONDS) if state == "kept" else None, "size_bytes": 384_044, "sha256": "00",
        "marks": marks if state == "kept" else [],
    }  # fmt: skip


def peaks() -> dict[str, list[int]]:
    def side(shift: int) -> list[int]:
        return [max(0, round(200 * math.sin((n + shift) / 14) * math.sin(n / 3))) for n in range(600)]

    return {"customer": side(0), "agent": side(44)}


def sound() -> bytes:
    frames = array("h")
    for n in range(SECONDS * RATE_HZ):
        frames.extend(round(8000 * math.sin(2 * math.pi * hz * n / RATE_HZ)) for hz in (440, 700))
    out = io.BytesIO()
    with wave.open(out, "wb") as made:
        made.setnchannels(2)
        made.setsampwidth(2)
        made.setframerate(RATE_HZ)
        made.writeframes(frames.tobytes())
    return out.getvalue()
