"""What died or failed although nobody had killed it, by the product's own words. A drill that only looks at calls would
take it for a part of its harm."""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final

from busyhour.bench.drills.log import lines_of
from busyhour.bench.drills.verdict import Incident

ORDERED_S: Final = (-1.0, 10.0)
"""From so long before we noted that we killed a part (first it is killed, then noted) until so long after, its death is
ours: an engine may notice it only when it is itself back."""
DEATHS: Final = {"pbx_died": "pbx", "pbx_is_deaf": "pbx", "private database died": "database"}
FAULTS: Final = (
    "the floor failed and is begun anew",
    "a task of the engine failed",
    "event queue overflowed; looking at the PBX anew",
    "pbx_restart_failed",
    "pbx_left_behind_is_deaf",
    "private database does not start",
)


def unordered_deaths(data: Path, incidents: Iterable[Incident], since_s: float) -> list[str]:
    killed = [(incident.kind, incident.at_utc_s) for incident in incidents]
    found = []
    for line in lines_of(data, *(f'"{text}"' for text in (*DEATHS, *FAULTS))):
        told = json.loads(line)
        at_s = datetime.fromisoformat(told["timestamp"]).timestamp()
        if at_s < since_s:
            continue
        ours = any(kind == DEATHS.get(told["event"]) and ORDERED_S[0] < at_s - s < ORDERED_S[1] for kind, s in killed)
        if not ours:
            found.append(line[:1000])
    return found


def unordered_starts(data: Path, incidents: Iterable[Incident], since_s: float) -> list[str]:
    """A PBX that died while no engine was there to see it: the next one starts another."""
    killed = sum(incident.kind == "pbx" for incident in incidents)
    starts = [json.loads(line)["timestamp"] for line in lines_of(data, '"pbx_started"')]
    late = [at for at in starts if datetime.fromisoformat(at).timestamp() >= since_s]
    return [f"the PBX was started {len(late)} times and killed {killed} times: {late}"] if len(late) > killed else []


def engine_deaths(up_out: Path, skipped: int) -> list[str]:
    """What `busyhour up` says of engines that a signal ended, after the first `skipped` of them."""
    lines = up_out.read_text(errors="replace").splitlines() if up_out.exists() else []
    return [line for line in lines if line.startswith("The engine was ended by ")][skipped:]
