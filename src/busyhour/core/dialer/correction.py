"""A percentage on the computed number of calls (MZ-209): 80 places a quarter more, 125 a fifth less.

It never dials further ahead than the law has left, even if each call ahead of a free agent were abandoned; and each
free agent has a call, whatever the percentage.
"""

from math import floor

ROUNDING = 1e-9  # 8 calls at 80 % are 10
PLAIN = 100.0


def corrected(computed: int, *, sure: int, percent: float, left: int) -> int:
    """Of `computed` calls on the way in all, `sure` have a free agent each, or would have."""
    changed = floor(computed * PLAIN / percent + ROUNDING)
    if changed > computed:
        return max(computed, min(changed, sure + left))
    return max(changed, min(computed, sure))
