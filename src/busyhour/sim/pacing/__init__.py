"""A pretended campaign, paced by the production code: what `busyhour plan` plays and `busyhour bench pacing` measures.

`world.py` is the world, `leads.py` who is called, `methods.py` puts the pacer into it, `planned.py` plays a plan.
"""
