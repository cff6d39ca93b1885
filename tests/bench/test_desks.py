"""A desk of the benchmarks shows what its feed has told: a snapshot, then changes."""

from busyhour.bench.desks import Shown


def test_a_feed_becomes_what_is_shown() -> None:
    shown = Shown()
    assert (shown.agent, shown.call) == ({}, None)
    shown.take({"type": "snapshot", "state": {"agents": {"1": {"state": "available"}}}})
    assert (shown.agent, shown.call) == ({"state": "available"}, None)
    shown.take(
        {"type": "changes", "changes": [["agents", "1", {"state": "reserved"}], ["calls", "c1", {"call": "c1"}]]}
    )
    assert (shown.agent, shown.call) == ({"state": "reserved"}, {"call": "c1"})
    shown.take({"type": "changes", "changes": [["calls", "c1", None], ["calls", "c2", None]]})
    shown.take({"type": "pong"})
    assert (shown.agent, shown.call) == ({"state": "reserved"}, None)
    shown.take({"type": "snapshot", "state": {}})
    assert shown.agent == {}
