"""The system's clocks, behind the port `Clock`."""

import time

from busyhour.core.events import Instant


class SystemClock:
    """Monotonic time for deadlines, wall time for records and legal hours."""

    def now(self) -> Instant:
        return Instant(time.monotonic(), time.time())
