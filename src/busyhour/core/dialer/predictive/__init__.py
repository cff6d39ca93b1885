"""How many calls to place ahead of free agents: a model of when agents get free and calls are answered, and a price.

`picture.py` has what goes in and what comes out, `pacer.py` decides. How it decides, in plain words and with the
formula, is docs/subsystems/pacing.md.
"""
