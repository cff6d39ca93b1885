"""The floor: one tenant's live state as one machine, `Floor.handle(now, event) -> commands`.

* `state.py`    the records (agents, calls, runs, trunks) and the few moves that write them;
* `free.py`, `waiting.py` who is free and who waits, in line, so that no event looks at all agents or all calls;
* `agents.py`, `wrapup.py`, `calls.py`, `endings.py`, `runs.py`: event rules, one function for each event: what a fact
  changes;
* `pairing.py`  joint rules: run after every event to a fixed point, so no event rule needs to look for work;
* `recovery.py` what is made of the store's and the PBX's pictures at start and after a lost link;
* `machine.py`  the dispatch.
"""
