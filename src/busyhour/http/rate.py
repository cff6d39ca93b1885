"""How often something may be done."""


class Rate:
    """At most so many in any second; no clock of its own."""

    def __init__(self, per_s_max: int) -> None:
        self.per_s_max = per_s_max
        self.second = 0
        self.count = 0

    def allows(self, now_s: float) -> bool:
        if int(now_s) != self.second:
            self.second, self.count = int(now_s), 0
        self.count += 1
        return self.count <= self.per_s_max
