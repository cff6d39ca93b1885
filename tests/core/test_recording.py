"""Which talks are recorded, and that nothing is while the agent was told so."""

import pytest

from busyhour.core.model.pictures import AgentProfile, ChannelPicture, OpenCall, PbxPicture
from busyhour.core.model.recordings import RecordingPicture, RecordingPolicy, call_of, recording_of
from busyhour.core.recording.policy import decide
from busyhour.service.recording_views import recording_view
from tests.core.story import NOON_UTC_S, Story, campaign, item

SHOW = ("record", "record-no-more", "recording", "ok", "refused")
ORDERS = ("record", "record-no-more", "refused")
ALWAYS, NEVER, ON_DEMAND = RecordingPolicy.ALWAYS, RecordingPolicy.NEVER, RecordingPolicy.ON_DEMAND

TALKS = """
    1 fills 1
    1 commits c1
    2 answers c1
    2 joins c1 ann#1
"""


def talking(policy: RecordingPolicy = ALWAYS, *, show: tuple[str, ...] = ORDERS) -> Story:
    return Story(campaigns=[campaign(recording=policy)], show=show).working("ann")


def shown(story: Story) -> str:
    call = story.floor.calls["c1-1"]
    view = recording_view(call)
    return view.state if view is not None else "nothing"


@pytest.mark.covers("MZ-010")
def test_a_talk_is_recorded_from_its_first_word_to_its_end() -> None:
    story = talking(show=SHOW)
    story.check(
        TALKS
        + """
          > record c1 1
          > recording c1 starting
        2.1 records c1
          > recording c1 on
        9 ends c1 normal
          > recording c1 on ended
    """
    )
    assert shown(story) == "nothing"


@pytest.mark.parametrize(
    ("forced", "own", "rule", "policy"),
    [
        (False, None, NEVER, NEVER),
        (False, None, ALWAYS, ALWAYS),
        (False, NEVER, ALWAYS, NEVER),
        (False, ON_DEMAND, NEVER, ON_DEMAND),
        (True, NEVER, NEVER, ALWAYS),
        (False, RecordingPolicy.BY_HOOK, ALWAYS, RecordingPolicy.BY_HOOK),
        (True, RecordingPolicy.BY_HOOK, NEVER, ALWAYS),
    ],
)
def test_the_most_specific_rule_wins(
    forced: bool, own: RecordingPolicy | None, rule: RecordingPolicy, policy: RecordingPolicy
) -> None:
    found = decide(forced=forced, own=own, of="campaign Sales", rule=rule)
    assert found.policy is policy
    assert found.why
    assert found.records == (policy is ALWAYS)


def test_a_program_decides_where_the_rule_leaves_it_to_one() -> None:
    by_hook = decide(forced=False, hooked=True, own=RecordingPolicy.BY_HOOK, of="queue Sales", rule=NEVER)
    assert (by_hook.records, "program" in by_hook.why) == (True, True)
    assert not decide(forced=False, hooked=True, own=NEVER, of="queue Sales", rule=ALWAYS).records


def test_a_program_says_before_the_talk_that_it_is_recorded_and_in_it_that_it_is_not() -> None:
    talking(RecordingPolicy.BY_HOOK, show=(*ORDERS, "ok")).check(
        """
        1 fills 1
        1 commits c1
        1.5 program c1 records
          > ok
        2 answers c1
        2 joins c1 ann#1
          > record c1 1
        2.1 records c1
        4 program c1 records-not
          > ok
          > record-no-more c1 1
        5 program c1 records
          > ok
        5 records-no-more c1
          > record c1 1
    """
    )


@pytest.mark.parametrize("policy", [NEVER, ALWAYS, ON_DEMAND])
def test_a_program_decides_nothing_where_it_was_not_asked(policy: RecordingPolicy) -> None:
    story = Story(campaigns=[campaign(recording=policy)], show=("refused",)).working("ann")
    story.check(
        """
        1 fills 1
        1 commits c1
        1.5 program c1 records
          > refused not_by_hook
        2 program c9 records
          > refused no_call
    """
    )


@pytest.mark.parametrize("policy", [NEVER, RecordingPolicy.BY_HOOK])
def test_without_a_rule_nothing_is_recorded_and_nobody_can_ask_for_it(policy: RecordingPolicy) -> None:
    talking(policy).check(
        TALKS
        + """
        3 recording ann start
          > refused not_recorded
    """
    )


def test_nothing_is_recorded_on_hold() -> None:
    story = talking()
    story.check(
        TALKS
        + """
          > record c1 1
        2.1 records c1
        5 holds ann
          > record-no-more c1 1
        5.1 records-no-more c1
        7 resumes ann
          > record c1 2
        7.1 records c1
    """
    )
    assert [gap.kind for gap in story.floor.calls["c1-1"].recording.gaps] == ["hold"]  # type: ignore[union-attr]


@pytest.mark.covers("I36")
def test_a_pause_is_one_only_when_the_pbx_has_said_so() -> None:
    story = talking()
    story.check(
        TALKS
        + """
          > record c1 1
        2.1 records c1
        5 recording ann pause
          > record-no-more c1 1
    """
    )
    assert shown(story) == "pausing"
    story.check("5.1 records-no-more c1")
    assert shown(story) == "paused"
    story.check("""
        8 recording ann resume
          > record c1 2
    """)
    assert shown(story) == "starting"


@pytest.mark.covers("I36")
def test_a_pause_that_is_not_confirmed_in_time_ends_the_recording() -> None:
    story = talking()
    story.check(
        TALKS
        + """
          > record c1 1
        2.1 records c1
        5 recording ann pause
          > record-no-more c1 1
        7 ticks
          > record-no-more c1 1
    """
    )
    assert shown(story) == "stopping"
    story.check("""
        9 ticks
          > record-no-more c1 1
        9.1 records-no-more c1
        10 recording ann resume
          > refused recording_stopped
    """)
    assert shown(story) == "stopped"


@pytest.mark.covers("I36")
def test_a_pause_before_the_pbx_said_that_it_records_is_one_all_the_same() -> None:
    story = talking()
    story.check(
        TALKS
        + """
          > record c1 1
        2.05 recording ann pause
          > record-no-more c1 1
        2.1 records-no-more c1
        2.2 records c1
    """
    )
    assert shown(story) == "paused"


def test_a_forgotten_pause_is_not_ended_but_called_to_mind() -> None:
    story = talking()
    story.check(
        TALKS
        + """
          > record c1 1
        2.1 records c1
        5 recording ann pause
          > record-no-more c1 1
        5.1 records-no-more c1
        96 ticks
    """
    )
    view = recording_view(story.floor.calls["c1-1"])
    assert view is not None
    assert view.state == "paused"
    assert view.remind


def test_on_demand_the_agent_begins_and_ends_it() -> None:
    talking(ON_DEMAND, show=SHOW).check(
        TALKS
        + """
        3 recording ann start
          > ok
          > record c1 1
          > recording c1 starting
        3.1 records c1
          > recording c1 on
        4 recording ann stop
          > recording c1 on ended
          > ok
          > record-no-more c1 1
        4.1 records-no-more c1
        5 recording ann start
          > ok
          > record c1 1
          > recording c1 starting
    """
    )


def test_what_is_always_recorded_cannot_be_stopped_by_the_agent() -> None:
    talking().check(
        TALKS
        + """
          > record c1 1
        2.1 records c1
        4 recording ann stop
          > refused recorded_by_rule
    """
    )


def test_a_full_disk_and_a_recorder_that_cannot_are_noted() -> None:
    story = talking(show=("record", "recording"))
    story.check(
        "0.5 disk full"
        + TALKS
        + """
          > recording c1 off
        9 ends c1 normal
          > recording c1 off ended
    """
    )
    story = talking()
    story.check(
        TALKS
        + """
          > record c1 1
        2.1 cannot-record c1
        3.1 ticks
          > record c1 1
        3.2 cannot-record c1
        4.2 ticks
          > record c1 1
        4.3 cannot-record c1
    """
    )
    view = recording_view(story.floor.calls["c1-1"])
    assert view is not None
    assert (view.state, "no room" in view.fault) == ("stopped", True)


def open_call() -> OpenCall:
    return OpenCall(
        item=item(1),
        run_id=1,
        campaign_id=1,
        trunk_id=1,
        state="answered",
        intent_utc_s=NOON_UTC_S - 30,
        answered_utc_s=NOON_UTC_S - 20,
        joined_utc_s=NOON_UTC_S - 19,
        agent_id=1,
    )


def picture(**changes: object) -> RecordingPicture:
    name = recording_of(call="c1-1", fence=6, n=3)
    settings: dict[str, object] = {"recording": name, "call": "c1-1", "agent_id": 1, "policy": ALWAYS, "why": "so"}
    settings |= {"began_utc_s": NOON_UTC_S - 19, "recorder": "on", "part": 1}
    return RecordingPicture(**(settings | changes))  # type: ignore[arg-type]


def taken_over(*pictures: RecordingPicture, in_room: bool = True) -> Story:
    leg = "a1-1-6-1"
    channels = (
        ChannelPicture(channel=leg, answered=True, bridge=f"r{leg}"),
        ChannelPicture(channel="c1-1", answered=True, bridge=f"r{leg}" if in_room else None),
    )
    return Story(
        campaigns=[campaign(recording=ALWAYS)],
        agents=[AgentProfile(agent_id=1, name="ann", session_open=True, pause_reason=None)],
        calls=[open_call()],
        recordings=pictures,
        pbx=PbxPicture(boot="one", channels=channels),
        show=SHOW,
    )


def test_another_engine_goes_on_with_the_same_part() -> None:
    assert taken_over(picture()).first == ["record c1 1", "recording c1 starting"]


@pytest.mark.covers("I36")
def test_another_engine_believes_in_a_pause_only_when_no_old_order_can_come_any_more() -> None:
    story = taken_over(picture(paused=True, recorder="off"))
    assert story.first == ["record-no-more c1 1", "recording c1 stopping pause@1"]
    story.check("0.1 records-no-more c1")
    assert shown(story) == "pausing"
    story.check("""
        9.1 ticks
          > record-no-more c1 1
        9.2 records-no-more c1
          > recording c1 off pause@1
    """)
    assert shown(story) == "paused"


def test_what_nobody_knows_of_is_stopped_and_begun_anew() -> None:
    story = taken_over()
    assert story.first == ["record-no-more c1 0"]
    story.check("""
        0.1 records-no-more c1
          > record c1 1
          > recording c1 starting
    """)


def test_a_recording_whose_call_ended_meanwhile_has_an_end() -> None:
    gone = picture(call="c1-9", recording=recording_of(call="c1-9", fence=6, n=1))
    assert "recording c9 on ended" in taken_over(gone).first


def test_a_name_says_whose_it_is_and_nothing_else_is_a_name() -> None:
    assert call_of(recording_of(call="i1-1790078400.7", fence=3, n=12)) == "i1-1790078400.7"
    for other in ("../../etc/passwd", "c1-1", "c1-1_1-1.1.raw", "x1-1_1-1", "c1-A_1-1", ""):
        assert call_of(other) is None
