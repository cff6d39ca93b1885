"""A detector of answering machines that errs, under the law: the people whom it cuts off are estimated and counted in.

The pacer gets its windows from the production's counting (`core/dialer/compliance`), which is told only what a contact
center can know: how many machines were detected, and what a test of the detector found.
"""

from busyhour.bench.pacing.days import UnderLaw
from busyhour.core.dialer.compliance.budget import Rules as Law
from busyhour.core.dialer.compliance.detector import false_share
from busyhour.core.dialer.compliance.presets import UK
from busyhour.core.model.campaign import DetectorTest
from busyhour.core.model.counts import DETECTED
from busyhour.sim.pacing.odd_leads import AMD_LISTENS_S

TESTED_CALLS = 10_000
FALSE = 0.0058  # of the detected, in this world at p 0.2: 1 % of 0.2 among that and the 0.34 who are machines


class UnderDetector(UnderLaw):
    """With a test of `TESTED_CALLS`, which found what is true on the average."""

    def __init__(self, agents: int, *, late_cancel: bool) -> None:
        super().__init__(agents, late_cancel=late_cancel, grace_s=UK.wait_max_s - AMD_LISTENS_S)
        found = DetectorTest(calls=TESTED_CALLS, people=round(FALSE * TESTED_CALLS))
        self.law = Law(preset=UK, detection=True, false_machines=false_share(found))

    def detected(self, now_s: float) -> None:
        self.note(now_s, DETECTED)
