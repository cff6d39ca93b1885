"""Stories of predictive and ratio campaigns: what is placed, what it says, what slows it down, what survives."""

from typing import Any

import msgspec
import pytest

from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.dialer.pacing import PacingPicture, calls_to_start
from busyhour.core.dialer.predictive.chance import Chances
from busyhour.core.dialer.predictive.kept import Kept, pack, unpack
from busyhour.core.dialer.predictive.learned import Learned
from busyhour.core.floor.pacing import callers_before
from busyhour.core.floor.pacing_views import pacing_view
from busyhour.core.model.campaign import Campaign, Compliance, Pacing, Trunk
from busyhour.core.model.counts import Count
from busyhour.core.model.pacing_view import PacingView
from busyhour.core.model.pictures import AgentProfile, PbxPicture, RunPicture
from busyhour.core.model.values import DialMode
from tests.core.inbound import SALES, number, people, queue
from tests.core.story import Story, campaign, reckoned

WIDE = Trunk(trunk_id=1, name="carrier", endpoint="t1-1", capacity=60)
UK = Compliance(preset="uk")
TEAM = [AgentProfile(agent_id=n, name=name) for n, name in enumerate(("ann", "bob", "cid", "dee"), 1)]
PLENTY = Count(connected=9_900, abandoned=100)  # by the records of the last day: much may still be abandoned
FULL = Count(connected=970, abandoned=30)


def predictive(**changes: Any) -> Campaign:
    usual: dict[str, Any] = {
        "dial_mode": DialMode.PREDICTIVE,
        "max_concurrent": 50,
        "compliance": UK,
        "agent_ids": (1, 2, 3, 4),
    }
    return campaign(**{**usual, **changes})


class Counted(Story):
    """A story whose records answer what the law has counted, and which remembers why calls were placed."""

    count: Count | None = None

    def _handle(self, at_s: float, event: e.Event) -> list[str]:
        commands = self.floor.handle(e.Instant(at_s, self.utc_s + at_s), event)
        self.__dict__.setdefault("whys", []).extend(one.why for one in commands if isinstance(one, c.PlaceCall))
        self.__dict__.setdefault("kept", []).extend(one for one in commands if isinstance(one, c.SaveLearned))
        self.__dict__.setdefault("hung", []).extend(one.call for one in commands if isinstance(one, c.HangUpCall))
        self.__dict__.setdefault("asks", []).extend(one.ask for one in commands if isinstance(one, c.Reckon))
        return []

    def counts(self, count: Count, at_s: float = 0.0) -> "Counted":
        for ask in self.__dict__["asks"]:
            self._handle(at_s, reckoned(ask, self.utc_s, count))
        return self

    def play(self, *lines: str) -> "Counted":
        for line in lines:
            at, verb, *words = line.split()
            self._handle(float(at), self._event(float(at), verb, words))
        return self

    def passes(self, from_s: float, until_s: float, every_s: float = 1.0) -> None:
        at_s = from_s
        while at_s <= until_s:
            self.play(f"{at_s:g} ticks")
            at_s += every_s

    @property
    def dialing(self) -> int:
        return sum(run.dialing for run in self.floor.runs.values())

    @property
    def whys(self) -> list[str]:
        found: list[str] = self.__dict__["whys"]
        return found

    @property
    def view(self) -> PacingView:
        found = pacing_view(self.floor.runs[1])
        assert found is not None
        return found


def begun(**changes: Any) -> Counted:
    """Four agents are free and 100 numbers in the hopper."""
    story = Counted(campaigns=[predictive(**changes)], agents=TEAM, trunk=WIDE)
    story.working("ann", "bob", "cid", "dee")
    return story


def taught(**changes: Any) -> Counted:
    """One that has seen that a fifth of the calls is answered, after some 11 s, and that the others ring 25 s."""
    story = begun(**changes).counts(PLENTY)
    predictor = story.floor.runs[1].predictor
    assert predictor is not None
    for n in range(2_000):
        predictor.pacer.ring_ended(0.0, 11.0 if n % 5 == 0 else 25.0, live=n % 5 == 0)
        if n % 5 == 0:
            predictor.pacer.talk_ended(60.0 + n % 100)
            predictor.pacer.wrap_ended(10.0 + n % 20)
    return story


@pytest.mark.covers("MZ-088", "MZ-091", "I10", "I11")
def test_it_dials_ahead_of_free_agents_and_says_by_which_figures() -> None:
    story = taught().play("1 fills 100")
    assert story.dialing > 4, "a fifth of the calls is answered: four calls would leave agents idle"
    why = story.whys[0]
    for part in (
        "predictive: 4 free",
        "get free",
        "are answered",
        "with chance",
        "is accepted",
        "last 24 hours",
        "3 %",
    ):
        assert part in why, why
    assert why.endswith(f"start {story.dialing}")
    view = story.view
    assert (view.dial_mode, view.paced, view.start) == ("predictive", "predictive", story.dialing)
    assert 0.1 < view.answer_chance < 0.3
    assert 0 < view.price < 1
    assert view.windows[0].left > 100


@pytest.mark.covers("I11", "WD-055")
def test_at_the_limit_it_goes_on_with_a_call_for_each_free_agent_and_says_so() -> None:
    story = begun().counts(FULL).play("1 fills 100")
    assert story.dialing == 4
    assert story.whys[0].startswith("progressive: 4 free")
    assert "progressive until more people have answered" in story.whys[0]
    assert (story.view.dial_mode, story.view.paced) == ("predictive", "progressive")
    assert "3 % of 3 % abandoned" in story.view.reason


@pytest.mark.covers("I11")
def test_what_is_not_counted_yet_makes_it_careful() -> None:
    story = begun().play("1 fills 100")
    assert story.dialing == 4
    assert "not counted yet" in story.whys[0]
    story.counts(PLENTY, 2.0).passes(2.0, 3.0)
    assert story.view.paced == "predictive"


@pytest.mark.covers("I9", "I11")
@pytest.mark.parametrize(("lost", "back"), [("pbx-lost", "pbx-back one"), ("store-lost", "store-back")])
def test_what_it_cannot_see_it_does_not_dial_into(lost: str, back: str) -> None:
    story = taught().play("1 fills 100")
    before = len(story.whys)
    for n in range(1, before + 1):
        story.play(f"1 commits c{n}")
    story.play(f"2 {lost}", "3 ends c1 busy", "3 ends c2 busy")
    story.passes(3.0, 9.0)
    assert len(story.whys) == before
    assert "out of reach" in str(story.floor.runs[1].why)
    story.play(f"10 {back}")
    if back == "store-back":
        assert len(story.whys) >= before


@pytest.mark.covers("WD-050", "WD-051")
def test_a_ratio_is_for_free_agents_only() -> None:
    story = begun(dial_mode=DialMode.RATIO, pacing=Pacing(ratio=1.5)).counts(PLENTY).play("1 fills 100")
    assert story.dialing == 6, "4 agents x 1.5"
    assert story.whys[0] == "ratio: 4 free agents, 1.5 calls for each, 0 calls on the way: start 6"
    story.play("1 commits c1", "2 answers c1", "2 joins c1 ann#1")
    assert story.dialing == 5, "3 x 1.5 are 4: the calls on their way are enough"


@pytest.mark.covers("WD-049", "WD-053", "DEC-2")
@pytest.mark.parametrize(("waiting", "start"), [(2, 4), (3, 0)])
def test_with_more_callers_waiting_than_allowed_nothing_is_placed(waiting: int, start: int) -> None:
    picture = PacingPicture(
        campaign=predictive(dial_mode=DialMode.RATIO, pacing=Pacing(ratio=1.5, waiting_max=2)),
        agents_free=4,
        dialing=0,
        waiting=waiting,
        live=0,
        hopper=100,
        trunk_free=100,
        minute_left=100,
        planned=0,
    )
    pace = calls_to_start(picture)
    assert pace.start == start
    assert pace.limit == ("wanted" if start else "3 callers who wait")


def test_one_agent_and_one_call_are_said_as_one() -> None:
    one = PacingPicture(
        campaign=predictive(dial_mode=DialMode.PROGRESSIVE),
        agents_free=1,
        dialing=1,
        waiting=0,
        live=1,
        hopper=9,
        trunk_free=9,
        minute_left=9,
        planned=0,
    )
    assert str(calls_to_start(one)) == "progressive: 1 free agent, 1 call on the way: start 0"


@pytest.mark.covers("I11")
def test_callers_who_wait_for_the_same_agents_are_counted() -> None:
    """Who gets free takes a caller, so no call is placed for them. Half of who serves the queue is half of its
    callers."""
    story = Counted(
        campaigns=[predictive(agent_ids=(1,))], agents=people(), trunk=WIDE, queues=[queue()], numbers=[number()]
    )
    run = story.floor.runs[1]
    assert callers_before(story.floor, run) == 0
    story.working("ann", "bob")
    for n in range(1, 7):
        story.play(f"{n} arrives i{n} {SALES} +{n}", f"{n} answers i{n}")
        if n <= 2:  # longest free, first asked
            story.play(f"{n}.1 joins i{n} {('ann#1', 'bob#2')[n - 1]}")
    assert story.floor.entries.routing.waiting_count(1) == 4
    assert callers_before(story.floor, run) == 2


def test_at_the_limit_a_ratio_is_one() -> None:
    story = begun(dial_mode=DialMode.RATIO, pacing=Pacing(ratio=2.0)).counts(FULL).play("1 fills 100")
    assert story.dialing == 4
    assert story.whys[0].startswith("progressive: 4 free agents")
    assert story.view.paced == "progressive"


@pytest.mark.parametrize(
    ("changes", "most"),
    [
        ({"max_concurrent": 5}, 5),
        ({"pacing": Pacing(at_once_max=3)}, 3),
        ({"calls_per_minute_max": 2}, 2),
        ({"pacing": Pacing(per_agent_max=1.25)}, 5),
    ],
)
@pytest.mark.covers("WD-054", "MZ-100")
def test_every_cap_holds_and_is_named(changes: dict[str, Any], most: int) -> None:
    story = taught(**changes).play("1 fills 100")
    assert story.dialing == most
    assert "no room for more" in story.whys[-1]


def test_calls_begun_at_once_may_go_on_a_second_later() -> None:
    story = taught(pacing=Pacing(at_once_max=3)).play("1 fills 100", "1.5 ticks")
    assert story.dialing == 3
    story.passes(2.0, 2.1, 0.1)
    assert story.dialing == 6


@pytest.mark.covers("MZ-208")
def test_nobody_is_free_and_calls_have_rung_long_enough_so_they_are_given_up() -> None:
    story = taught().play("1 fills 100")
    calls = range(1, story.dialing + 1)
    story.play(*(f"1 commits c{n}" for n in calls), *(f"1 sent c{n}" for n in calls), *(f"4 rings c{n}" for n in calls))
    for n, name in enumerate(("ann", "bob", "cid", "dee"), 1):
        story.play(f"5 answers c{n}", f"5 joins c{n} {name}#1")
    story.passes(6.0, 18.0)
    assert story.__dict__["hung"] == [], "not before it has rung 15 s, whenever it was placed"
    story.passes(19.0, 20.0)
    hung = story.__dict__["hung"]
    assert hung, "nobody could take an answer now"
    assert story.view.given_up == len(hung)
    first = hung[0].split("-")[1]
    story.play(f"20 ends c{int(first, 16)} normal")
    assert story.floor.runs[1].predictor is not None


def test_what_was_learned_survives_a_restart_and_is_the_campaign_s() -> None:
    story = taught().play("1 fills 100", "1 commits c1", "2 answers c1", "2 joins c1 ann#1", "30 ends c1 normal")
    story.passes(31.0, 100.0)
    kept = story.__dict__["kept"]
    assert kept
    assert len(kept) <= 3, "once a minute"
    predictor = story.floor.runs[1].predictor
    assert predictor is not None
    again = unpack(kept[-1].learned)
    assert again is not None
    assert again.learned.live.total > 300
    story.play("101 pause-run 1")
    assert unpack(story.__dict__["kept"][-1].learned) is not None


@pytest.mark.parametrize("damaged", [b"", b"{", b"{}", b"[]", b"x" * 500_000, b'{"learned":{},"chances":{}}'])
def test_damaged_learning_is_none_at_all(damaged: bytes) -> None:
    found = unpack(damaged)
    assert found is None or found.learned.live.total == 0


def test_tables_of_another_shape_are_not_taken() -> None:
    kept = Kept(learned=Learned(), chances=Chances())
    assert unpack(pack(kept.learned, kept.chances) or b"") is not None
    kept.learned.live.events.pop()
    assert unpack(msgspec.json.encode(kept)) is None


@pytest.mark.covers("WD-119")
def test_who_goes_first_has_first_go_at_the_agents_they_share() -> None:
    first, later = predictive(priority=1), predictive(campaign_id=2, name="Later", priority=10)
    story = Counted(campaigns=[later, first], agents=TEAM, trunk=WIDE)
    story.working("ann", "bob", "cid", "dee")
    story.counts(PLENTY)
    story.play("1 fills 50 run=1", "1 fills 50 run=2")
    before = story.floor.runs[1].dialing
    assert before >= 4
    assert story.floor.runs[2].dialing <= 1, "the calls of the other run need these agents"
    assert isinstance(story.floor.runs[2].campaign, Campaign)


@pytest.mark.covers("WD-120")
def test_equal_predictive_campaigns_share_their_agents() -> None:
    one, two = predictive(), predictive(campaign_id=2, name="Two")
    story = Counted(campaigns=[one, two], agents=TEAM, trunk=WIDE)
    story.counts(PLENTY)
    story.play("0 fills 900 run=1", "0 fills 900 run=2")
    story.working("ann", "bob", "cid", "dee")
    for second in range(1, 240):
        story.play(f"{second} ticks")
        for name, call in list(story.floor.calls.items()):
            word = f"c{int(name.split('-')[1], 16)}"
            if call.state == "planned":
                story.play(f"{second} commits {word}")
            elif call.state == "dialing" and story.utc_s + second - call.placed_utc_s >= 5:
                story.play(f"{second} ends {word} busy")
    counts = [900 - len(run.hopper) for run in story.floor.runs.values()]
    assert min(counts) > 0.6 * max(counts), counts


def test_a_campaign_may_become_predictive_and_cease_to_be() -> None:
    story = Counted(campaigns=[predictive(dial_mode=DialMode.PROGRESSIVE)], agents=TEAM, trunk=WIDE)
    story.working("ann", "bob")
    story.counts(PLENTY).play("1 fills 100")
    assert story.dialing == 2
    assert story.floor.runs[1].predictor is None
    story._handle(2.0, e.CampaignChanged(campaign=predictive()))
    predictor = story.floor.runs[1].predictor
    assert predictor is not None
    assert len(predictor.ringing) == 2, "what is on its way already"
    story._handle(3.0, e.CampaignChanged(campaign=predictive(dial_mode=DialMode.PROGRESSIVE)))
    assert story.floor.runs[1].predictor is None


def test_a_restart_finds_the_calls_on_their_way_and_begins_where_it_was() -> None:
    before = taught()
    predictor = before.floor.runs[1].predictor
    assert predictor is not None
    kept = pack(predictor.pacer.learned, predictor.chances)
    assert kept is not None
    picture = RunPicture(run_id=1, campaign=predictive(), state="running", started_utc_s=before.utc_s, learned=kept)
    after = Counted(campaigns=[predictive()], agents=TEAM, trunk=WIDE)
    after.floor = type(after.floor)()
    after._handle(
        0.0,
        e.FloorStarted(
            tenant=1, fence=8, agents=tuple(TEAM), trunks=(WIDE,), runs=(picture,), calls=(), pbx=PbxPicture(boot="one")
        ),
    )
    again = after.floor.runs[1].predictor
    assert again is not None
    assert again.pacer.learned.live.total == predictor.pacer.learned.live.total


def test_it_looks_again_each_second_however_the_seconds_are_rounded() -> None:
    """A deadline that came a hair too soon once ended all looks."""
    story = taught().play("0.1 fills 100")
    at_s = 0.1
    while at_s < 25.0:
        due_s = story.floor.next_deadline_s()
        assert due_s is not None
        at_s = max(at_s, due_s)
        story._handle(at_s, e.ClockTicked())
        predictor = story.floor.runs[1].predictor
        assert predictor is not None
        assert at_s - predictor.decided_s <= 1.0 + 1e-6
