"""How many of those whom the detector takes for machines are people: the reasoned estimate that the law asks for.

The law adds them to the abandoned calls (Ofcom 2008, 4.12), and asks for the reasons. The reason is a test: somebody
listened to calls that were taken for machines, and counted the people. A small test proves little, so what counts is
not the share that it found, but the largest share with which a test would still come out so well once in twenty times.
"""

from math import sqrt

from busyhour.core.model.campaign import DetectorTest

ONCE_IN_TWENTY = 1.645  # standard deviations, one-sided
UNTESTED = 1.0  # as long as nobody has looked, all of them


def false_share(test: DetectorTest) -> float:
    """The upper end of Wilson's interval: of 0 people in 100 calls 2.6 %, of 2 in 200 3.0 %."""
    if test.calls <= 0:
        return UNTESTED
    calls, found, z = test.calls, min(1.0, test.people / test.calls), ONCE_IN_TWENTY
    middle = found + z * z / (2 * calls)
    spread = z * sqrt(found * (1 - found) / calls + z * z / (4 * calls * calls))
    return min(1.0, (middle + spread) / (1 + z * z / calls))
