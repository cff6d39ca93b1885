"""What the law leaves to a run: asked of the records, kept as calls end, shown."""

import pytest

from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.dialer.compliance.budget import Budget
from busyhour.core.dialer.compliance.ledger import Ledger
from busyhour.core.model.campaign import Compliance
from busyhour.core.model.counts import Count, Reckoning, ReckoningAsk, bucket_of
from tests.core.story import NOON_UTC_S, Story, campaign, reckoned

UK = Compliance(preset="uk")


class Asked(Story):
    """A story that remembers what the records were asked for, and whose budget can be read."""

    def _handle(self, at_s: float, event: e.Event) -> list[str]:
        commands = self.floor.handle(e.Instant(at_s, self.utc_s + at_s), event)
        self.__dict__.setdefault("asks", []).extend(one.ask for one in commands if isinstance(one, c.Reckon))
        return []

    def answer(self, at_s: float, count: Count) -> None:
        ask = self.__dict__["asks"][-1]
        self._handle(at_s, reckoned(ask, self.utc_s, count))

    def play(self, story: str) -> None:
        for line in filter(None, map(str.strip, story.splitlines())):
            at, verb, *words = line.split()
            self._handle(float(at), self._event(float(at), verb, words))

    @property
    def budget(self) -> Budget:
        found = self.floor.runs[1].budget
        assert found is not None
        return found


ANSWERED_BY_TWO = """
    1 fills 2
    2 commits c1
    2 commits c2
    2 sent c1
    2 sent c2
    3 rings c1
    3 rings c2
    4 answers c1
    4 joins c1 ann#1
    4 answers c2
"""


@pytest.mark.covers("I11", "U-40")
def test_calls_count_when_it_is_certain_how_on_top_of_what_the_records_say() -> None:
    story = Asked(campaigns=[campaign(compliance=UK, max_concurrent=9)])
    assert story.budget.progressive, "nothing is known yet"
    assert "not counted yet" in story.budget.why
    story.answer(0.0, Count(199, 1))
    assert (story.budget.live, story.budget.abandoned, story.budget.left) == (200, 1, 5)
    story.working("ann", "bob")
    story.play(ANSWERED_BY_TWO)
    story.play("5 pauses bob lunch")
    assert (story.budget.live, story.budget.abandoned) == (201, 1), "with an agent: it will count as connected"
    story.play("6 ticks\n 7 ends c1 normal")
    assert (story.budget.live, story.budget.abandoned) == (202, 2), "who hears the message was abandoned; none twice"
    story.play("9 ends c2 normal")
    assert (story.budget.live, story.budget.abandoned) == (202, 2)


def test_an_abandoned_call_uses_up_what_is_left_and_a_day_later_it_is_free_again() -> None:
    story = Asked(campaigns=[campaign(compliance=UK, idle_on_termination=True)])
    story.answer(0.0, Count(99, 2))
    assert story.budget.left == 1
    assert not story.budget.progressive
    story.working("ann")
    story.play("1 fills 1\n 2 commits c1\n 2 sent c1\n 3 pauses ann lunch\n 4 answers c1\n 7 ends c1 normal")
    assert (story.budget.abandoned, story.budget.left, story.budget.progressive) == (3, 0, True)
    assert "progressive until" in story.budget.why
    shown = story.floor.take_touched()
    assert ("runs", "1") in shown, "the screens are told"
    story.play("90000 ticks")
    assert (story.budget.live, story.budget.progressive) == (0, True), "nobody was called since"


def test_the_records_are_asked_for_at_once_again_when_no_answer_comes_and_every_hour() -> None:
    story = Asked(campaigns=[campaign(compliance=UK, idle_on_termination=True)])
    asks = story.__dict__["asks"]
    assert [(ask.campaign_id, ask.until_utc_s, ask.wait_max_s) for ask in asks] == [(1, NOON_UTC_S, 2.0)]
    story.play("31 ticks\n 45 store-lost\n 91 ticks")
    assert len(asks) == 1, "the store is away"
    story.play("92 store-back")
    assert len(asks) == 2
    story.answer(93, Count(1))
    for at_s in range(120, 3_780, 30):
        story.play(f"{at_s} ticks")
    assert len(asks) == 3
    assert asks[2].until_utc_s - asks[1].until_utc_s >= 3_600


def test_calls_that_are_up_are_left_out_of_the_question() -> None:
    story = Asked(campaigns=[campaign(compliance=UK, max_concurrent=9)])
    story.answer(0.0, Count())
    story.working("ann", "bob")
    story.play(ANSWERED_BY_TWO)
    changed = campaign(compliance=Compliance(preset="own"), max_concurrent=9)
    story._handle(5.0, e.CampaignChanged(campaign=changed))
    last = story.__dict__["asks"][-1]
    assert last.wait_max_s == 120.0, "another law: what was too late is judged anew"
    assert {call[-1] for call in last.open_calls} >= {"1", "2"}
    assert story.budget.limit == 0.03


def test_calls_of_a_clock_that_was_set_back_count_and_those_begun_since_the_question_count_once() -> None:
    ledger = Ledger()
    ask = ReckoningAsk(campaign_id=1, until_utc_s=NOON_UTC_S, wait_max_s=2.0)
    ledger.ask(ask, 0.0)
    ledger.began("c1-7", NOON_UTC_S + 1)
    ledger.add(NOON_UTC_S + 2, Count(1))  # that call, which has ended
    late = {"c1-7": (bucket_of(NOON_UTC_S), Count(1)), "c1-3": (bucket_of(NOON_UTC_S + 600), Count(0, 1))}
    found = Reckoning(
        campaign_id=1, from_utc_s=ask.from_utc_s, until_utc_s=NOON_UTC_S, buckets={}, late=late, first_utc_s=None
    )
    ledger.load(found)
    total = ledger.since(ledger.known_from_utc_s)
    assert total is not None
    assert (total.whole.connected, total.whole.abandoned) == (1, 1)
