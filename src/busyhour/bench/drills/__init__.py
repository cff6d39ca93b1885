"""Drills: real processes are killed, stopped and cut off from each other under load, again and again.

Engine, PostgreSQL and Asterisk are the real ones; SIPp is the network and the agents' phones. The network's ledger is
the judge. `drill.py` has the names, one file has each kind of fault.
"""

DRILLS = (
    "engine-kill",
    "recovery-kill",
    "pbx-restart",
    "database-stop",
    "database-failover",
    "database-failover-async",
    "proxy",
    "partition",
    "standstill",
    "upgrade",
    "import",
)
