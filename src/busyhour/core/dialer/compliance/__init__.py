"""The law on calls that nobody takes: what counts, over which windows, and what is left to the dialer.

Read `presets.py` for the rules of each country, `counts.py` for what counts, `ledger.py` for how it is summed, and
`budget.py` for what the dialer is told. Pure: the counts come from the attempts' own records (`Reckoning`), and calls
that end are added as they do.
"""
