"""What is counted of a queue, in some span of time. Counts add up."""

from msgspec import Struct

AT_HAND_S = 86_400.0  # a floor that begins is given the figures of its queues for so long back


class QueueCounts(Struct, frozen=True, kw_only=True):
    """Of some span of time. `in_time` and `short` are by threshold of the service level."""

    entered: int = 0
    answered: int = 0
    abandoned: int = 0
    sent_on: int = 0  # by an overflow rule, or to a callback
    wait_s: float = 0.0  # of the answered
    wait_max_s: float = 0.0
    abandoned_wait_s: float = 0.0
    talk_s: float = 0.0
    in_time: tuple[int, int] = (0, 0)
    short: tuple[int, int] = (0, 0)  # gave up within the threshold
    distributed: int = 0  # offered to an agent: once for each who was asked

    def __add__(self, other: "QueueCounts") -> "QueueCounts":
        return QueueCounts(
            entered=self.entered + other.entered,
            answered=self.answered + other.answered,
            abandoned=self.abandoned + other.abandoned,
            sent_on=self.sent_on + other.sent_on,
            wait_s=self.wait_s + other.wait_s,
            wait_max_s=max(self.wait_max_s, other.wait_max_s),
            abandoned_wait_s=self.abandoned_wait_s + other.abandoned_wait_s,
            talk_s=self.talk_s + other.talk_s,
            in_time=(self.in_time[0] + other.in_time[0], self.in_time[1] + other.in_time[1]),
            short=(self.short[0] + other.short[0], self.short[1] + other.short[1]),
            distributed=self.distributed + other.distributed,
        )

    @property
    def answer_wait_mean_s(self) -> float:
        """Average speed of answer."""
        return self.wait_s / self.answered if self.answered else 0.0

    @property
    def abandoned_share(self) -> float:
        ended = self.answered + self.abandoned
        return self.abandoned / ended if ended else 0.0
