"""Pacing in a world of pretended lists and agents: the production pacer beside what other dialers do.

The world, who is called in it, and the pacer at work there are in `sim/pacing`; `peers*.py` are the others,
`optimum.py` is what is possible at all in the simplest world, `grid.py` runs cells and counts. What it showed is in
docs/benchmarks.md.
"""

# The names stand here, for `busyhour --help` must not wait until all of this is loaded.
METHODS = (
    "model",
    "model-no-cancel",
    "model-guarded",
    "model-lines",
    "progressive",
    "vici-defaults",
    "ads",
    "wombat",
    "mizu",
    "mizu-by-hand",
    "unicom",
    "eis",
    "vici-hard-limit",
    "vici-average",
    "vici-tapered",
    "optimum",
)
SCENARIOS = (
    "static",
    "drift",
    "wobble",
    "loginout",
    "bimodal",
    "memoryless",
    "latency",
    "amd",
    "amd_law",
    "lines",
    "ends",
    "mixed",
    "blended",
    "days",
)
