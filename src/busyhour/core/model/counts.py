"""Counts of answered calls, by quarters of an hour, as they cross the border between core and service."""

from collections.abc import Mapping

from msgspec import Struct

BUCKET_S = 900  # limits memory, and bounds the error of a sliding window
KEPT_S = 31 * 86_400  # the longest window, a month of 31 days; nothing older is kept


class Count(Struct, frozen=True):
    """Answered calls. `machines` are among the connected; `detected` are not."""

    connected: int = 0  # to an agent in time, or to the message that the campaign is there to play
    abandoned: int = 0  # no agent in time, whoever hung up and whether or not a message was played
    machines: int = 0  # answered by machines, as the agents say who had them
    detected: int = 0  # ended because a detector took the callee for a machine

    def __add__(self, other: "Count") -> "Count":
        return Count(
            self.connected + other.connected,
            self.abandoned + other.abandoned,
            self.machines + other.machines,
            self.detected + other.detected,
        )

    @property
    def answered(self) -> int:
        """By a person or a machine, and known to the dialer as such."""
        return self.connected + self.abandoned


NOTHING = Count()
CONNECTED = Count(connected=1)
ABANDONED = Count(abandoned=1)
DETECTED = Count(detected=1)
MACHINE_MET = Count(connected=1, machines=1)  # by an agent, so that the detector is tested


def bucket_of(utc_s: float) -> int:
    return int(utc_s // BUCKET_S)


class ReckoningAsk(Struct, frozen=True, kw_only=True):
    """Reckon the counts of a campaign anew from the records of its attempts.

    Those count that are not in `open_calls`: what the floor had open when it asked, and what it began since, it counts
    itself when it ends. What by its time was begun at or after `until_utc_s` is answered call by call, for a clock that
    was set back leaves such calls too, and only the floor can tell them apart. So no call is missed and none counts
    twice, however long the answer takes, as long as what had ended before was written before.
    """

    campaign_id: int
    until_utc_s: float
    wait_max_s: float
    open_calls: tuple[str, ...] = ()

    @property
    def from_utc_s(self) -> float:
        """The first instant of the first bucket that is asked for."""
        return float(bucket_of(self.until_utc_s - KEPT_S) * BUCKET_S)


class Reckoning(Struct, frozen=True, kw_only=True):
    """The answer: all that counts since `from_utc_s`, by bucket. `first_utc_s`: the campaign's first call ever.
    `until_utc_s` says which question it answers. `late`: calls that were begun then or later, by the clock of their
    time, each with its bucket; they are not among `buckets`."""

    campaign_id: int
    from_utc_s: float
    until_utc_s: float
    buckets: Mapping[int, Count]
    late: Mapping[str, tuple[int, Count]] = {}
    first_utc_s: float | None
