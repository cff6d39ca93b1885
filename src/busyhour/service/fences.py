"""Whose a shard is, and on which history of the store: what every store asks in each transaction, in one place.

A fence is the number of an opening; it only grows. A *history* is a store that loses nothing: when a standby takes
over, which may not have the newest commits, another one begins. On another history than the one on which the shard was
opened, commits that were acknowledged may be missing (C2), the newest openings among them.
"""

from secrets import token_hex
from typing import Final

from busyhour.service.errors import FenceLost, StoreRewound
from busyhour.service.ports import Kept

HISTORY_STEP: Final = 1 << 32
"""Fences of another history are beyond all that the lost part of the one before may have given out."""


def next_fence(found: int, *, history_no: int, same_history: bool) -> int:
    """`history_no` grows with each fail-over: the number after the one that was found is not new when a second
    fail-over has lost the opening that followed the first."""
    if same_history:
        return found + 1
    return max(found // HISTORY_STEP + 1, history_no) * HISTORY_STEP + 1


def hold(mine: int, found: int, *, same_history: bool) -> None:
    """Raises `FenceLost` when another engine has opened the shard, `StoreRewound` when the store may have lost what
    this one wrote; then nobody may write before it was given back."""
    if found > mine or (same_history and found != mine):
        raise FenceLost(f"another engine has taken over (fence {mine} is old)")
    if not same_history:
        raise StoreRewound("the store goes on from an older state: its newest commits may be lost")


def opener(owner: str) -> str:
    """The name under which one engine of this owner opens shards: no other engine has it, nor has the next one."""
    return f"{owner}#{token_hex(8)}"


def same_owner(one: str, other: str) -> bool:
    """Two engines of one owner have the same journal."""
    return _owner(one) == _owner(other)


def _owner(opener: str) -> str:
    owner, _, token = opener.rpartition("#")
    return owner or token


def go_on(mine: int | None, found: int, *, opened_by: str, asks: str) -> None:
    """Before an engine that had opened its shard opens it anew: the store failed over, or the PBX could not be reached
    then; `mine` is its fence. Raises `FenceLost` when another engine was first: what this one believes, and what it
    has not written, is out of date. A newer opening may be its own, of which it did not hear."""
    if mine is not None and found > mine and not (opened_by == asks and "#" in asks):
        raise FenceLost(f"another engine has opened the shard since (fence {mine} is old)")


def is_missing(kept: Kept | None, found: int, *, same_history: bool, same_owner: bool) -> bool:
    """Whether what was kept is to be given back: the first to open a shard on another history does it, and only when
    nobody but owners of the same journal has opened it since."""
    return kept is not None and not same_history and (same_owner or found <= kept.fence)
