"""What a campaign has taught, as it is stored: small, and refused when it is not what this program would store."""

from typing import Any, Final

import msgspec
from msgspec import Struct

from busyhour.core.dialer.predictive.chance import Chances
from busyhour.core.dialer.predictive.learned import Learned

KEPT_BYTES_MAX: Final = 400_000  # about 30 kB for the hazards, and the traits' weights


class Kept(Struct, kw_only=True):
    learned: Learned
    chances: Chances


def pack(learned: Learned, chances: Chances) -> bytes | None:
    """None when it has grown beyond its bound: what was stored before stays."""
    packed = msgspec.json.encode(Kept(learned=learned, chances=chances))
    return packed if len(packed) <= KEPT_BYTES_MAX else None


def unpack(packed: bytes) -> Kept | None:
    """None when it is damaged, or another program's: then all is learned anew, from careful priors."""
    if not packed or len(packed) > KEPT_BYTES_MAX:
        return None
    try:
        kept = msgspec.json.decode(packed, type=Kept)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return kept if _alike(msgspec.to_builtins(kept.learned), msgspec.to_builtins(Learned())) else None


def _alike(found: Any, fresh: Any) -> bool:
    """The same fields, and tables of the same lengths."""
    if isinstance(fresh, dict):
        return (
            isinstance(found, dict) and found.keys() == fresh.keys() and all(_alike(found[k], fresh[k]) for k in fresh)
        )
    return len(found) == len(fresh) if isinstance(fresh, list) else True
