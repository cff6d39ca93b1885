"""What the statements about members share: the ids of attempts, outcomes so far, JSON as it comes."""

import os
import time
from typing import Any

import msgspec

# Outcomes of the attempts before, with their counts (DEC-1); a contact has few attempts, found by its own index.
EARLIER = """(SELECT jsonb_object_agg(e.outcome, e.count) FROM (
    SELECT a.outcome, count(*) FROM attempt a
    WHERE a.contact_id = m.contact_id AND a.member_id = m.member_id AND a.state = 'final' AND a.outcome IS NOT NULL
    GROUP BY a.outcome) e)"""


def as_json(value: Any) -> Any:
    """Constant statements return JSON as text; typed columns return it read."""
    return msgspec.json.decode(value) if isinstance(value, str) else value


def attempt_id(tenant: int) -> str:
    """`c<tenant>-` and a UUID version 7 in hex: growing with time, so the attempts' index stays dense at its end."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return f"c{tenant}-{value:032x}"
