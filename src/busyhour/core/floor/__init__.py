"""The floor: one tenant's live state as one machine, `Floor.handle(now, event) -> commands`.

* `state.py`    the records (agents, calls, runs, trunks) and the few moves that write them;
* `agents.py`, `calls.py`, `runs.py`   event rules: what a fact changes, one function for each event;
* `pairing.py`  joint rules: run after every event to a fixed point, so no event rule needs to look for work;
* `recovery.py` what is made of the store's and the PBX's pictures at start and after a lost link;
* `machine.py`  the dispatch.
"""
