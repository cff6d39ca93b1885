"""The words of a story: short names for channels, and what each command is called."""

from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.model import supervising as sv
from busyhour.core.model.ids import ear_of, leg_of_ear

NAMES = ("ann", "bob", "cid", "dee")


def leg(word: str) -> str:
    """ann#1: the first leg of Ann; party#2: of somebody outside, over the first trunk."""
    name, n = word.split("#")
    if name == "party":
        return f"p1-1-7-{n}"
    return f"a1-{NAMES.index(name) + 1}-7-{n}"


def leg_word(name: str) -> str:
    _, agent, _, n = name.split("-")
    if name.startswith("p"):
        return f"party#{n}"
    return f"{NAMES[int(agent) - 1]}#{n}"


def ear(word: str) -> str:
    """ann#1/2: the ear that belongs to her leg, with the number 2."""
    of, m = word.split("/")
    return ear_of(leg(of), int(m))


def ear_word(name: str) -> str:
    return f"{leg_word(leg_of_ear(name))}/{name.rpartition('-')[2]}"


def call_word(call: str) -> str:
    if call.startswith("b"):
        return f"b{call.split('-')[2]}"
    return f"c{int(call.split('-')[1], 16)}" if call.startswith("c") else f"i{call.split('-')[1]}"


def call_name(word: str) -> str:
    """c1: the first that was dialed; i1: the first who came in; b1: the callback that got the first name."""
    if word.startswith("b"):
        return f"b1-7-{word[1:]}"
    return f"c1-{int(word[1:]):x}" if word.startswith("c") else f"i1-{word[1:]}"


def asker(words: list[str]) -> e.Asker | None:
    """bo or cy, who are at a screen; without a word nobody asks whom the audit log would name."""
    if not words:
        return None
    number = 7 + ("bo", "cy").index(words[0])
    return e.Asker(user_id=number, address=f"10.0.0.{number}")


def place_word(entry: str) -> str:
    return f"k:{call_word(entry[2:])}" if entry.startswith("k-") else call_word(entry)


def shown(title: str, *words: object) -> list[str]:
    return [" ".join([title, *(str(word) for word in words if word not in (None, ""))])]


def shows(command: c.Command) -> list[str]:  # noqa: C901, PLR0912
    """The command in the words of a story."""
    match command:
        case c.PlaceCall(item=i):
            return [f"place {call_word(i.call)}"]
        case c.SaveProgress(call=call, agent_id=agent_id):
            with_agent = f" {NAMES[agent_id - 1]}" if agent_id else ""
            return [f"progress {call_word(call)}{with_agent}"]
        case c.CloseCall(record=r):
            again = f" again {r.next_due_utc_s - r.ended_utc_s:g}" if r.next_due_utc_s is not None else ""
            return [f"close {call_word(r.call)} {r.outcome} {r.talk_s:g}{again}"]
        case c.OptOut(call=call):
            return [f"opt-out {call_word(call)}"]
        case c.SaveDisposition(call=call, disposition=d, next_due_utc_s=due):
            return [f"disposition {call_word(call)} {d}" + (" again" if due else "")]
        case c.SaveRun(run_id=run_id, state=state, audit=audit, by=by):
            return [f"run {run_id} {state}" + (f", audited: {audit} by {by.user_id} at {by.address}" if by else "")]
        case c.SaveAgentState(agent_id=a, state=state, reason=reason):
            return [f"agent {NAMES[a - 1]} {state}" + (f" {reason}" if reason else "")]
        case c.ReturnItems(member_ids=members):
            return [f"return {len(members)}"]
        case c.CloseMember(member_id=m, outcome=o):
            return [f"close-member {m} {o}"]
        case c.SaveReservation(item=i, agent_id=a):
            return [f"reserve {call_word(i.call)} {NAMES[a - 1]}"]
        case c.EndReservation(call=call):
            return [f"unreserve {call_word(call)}"]
        case c.SkipContact(item=i, reason=reason, next_due_utc_s=due):
            return [f"skip {call_word(i.call)} {reason}" + (" again" if due else "")]
        case c.SaveLearned(campaign_id=campaign_id):
            return [f"learned {campaign_id}"]
        case c.FillHopper(run_id=run_id):
            return [f"fill {run_id}"]
        case c.Reckon():
            return []  # of the law's counts tells tests/core/test_law.py
        case c.RingAgent(leg=name):
            return [f"ring {leg_word(name)}"]
        case c.HangUpLeg(leg=name):
            return [f"hang-up-leg {leg_word(name)}"]
        case c.HangUpCall(call=call):
            return [f"hang-up {call_word(call)}"]
        case c.Join(call=call, leg=name, beside=beside):
            return [" beside ".join([f"join {call_word(call)} {leg_word(name)}", *map(leg_word, beside)])]
        case c.Hold(call=call, music=music):
            return shown("hold", call_word(call), music)
        case c.PlayPrompt(call=call, prompt=prompt):
            return [f"play {call_word(call)} {prompt}"]
        case c.LookAtPrompt(call=call):
            return [f"look-at-prompt {call_word(call)}"]
        case c.LookUp(call=call):
            return [f"look {call_word(call)}"]
        case c.Accept(request=request):
            return ["ok"] if request else []
        case c.Refuse(code=code):
            return [f"refused {code}"]
        case _:
            return shows_of_callers(command)


def shows_of_callers(command: c.Command) -> list[str]:
    match command:
        case c.SaveArrival(call=call):
            return [f"arrival {call_word(call)}"]
        case c.SaveEntry(entry=place):
            return [f"entry {place_word(place.entry)} {place.state}"]
        case c.CloseCaller(record=done):
            return [f"close {call_word(done.call)} {done.outcome} {done.talk_s:g} waited {done.wait_s:g}"]
        case c.SaveCallback(callback=promise, canceled_by=by):
            said = f", audited: by {by.user_id} at {by.address}" if by else ""
            return [f"callback {call_word(promise.callback[2:])} {promise.state}{said}"]
        case c.SaveQueueCounts() | c.SaveMissed() | c.FindMissed():
            return []  # of them tell tests/core/test_callers.py and test_callers_missed.py
        case c.PlaceCallback(call=call, number=number):
            return [f"call-back {call_word(call)} {number}"]
        case c.AnswerCall(call=call):
            return [f"answer {call_word(call)}"]
        case c.RejectCall(call=call, busy=busy):
            return [f"reject {call_word(call)} {'busy' if busy else 'unknown'}"]
        case c.Announce(call=call, place=place_no, wait_s=wait_s, language=language, music=music):
            said = place_no, f"{wait_s:.0f}s" if wait_s is not None else None
            return shown("announce", call_word(call), *said, "" if language == "en-US" else language, music)
        case c.Whisper(leg=name, prompt=prompt):
            return [f"whisper {leg_word(name)} {prompt}"]
        case c.SendOn(call=call, number=number):
            return [f"send-on {call_word(call)} {number}"]
    return shows_of_supervisors(command)


def shows_of_supervisors(command: c.Command) -> list[str]:
    match command:
        case sv.OpenEar(ear=name, about=about, mode=mode):
            return [f"open-ear {ear_word(name)} {leg_word(about)} {mode}"]
        case sv.CloseEar(ear=name):
            return [f"close-ear {ear_word(name)}"]
        case sv.SaveSupervised(agent_id=a, about_id=b, what=what, lasted_s=lasted_s):
            return shown("audit", NAMES[a - 1], what, NAMES[b - 1], None if lasted_s is None else f"{lasted_s:g}")
    return shows_of_consulting(command)


def shows_of_consulting(command: c.Command) -> list[str]:
    match command:
        case c.RingParty(leg=name, number=number):
            return [f"ring-party {leg_word(name)} {number}"]
        case c.Seat(leg=name, room=room):
            return [f"seat {leg_word(name)} " + ("home" if room == name else leg_word(room))]
        case c.SetAside(leg=name):
            return [f"set-aside {leg_word(name)}"]
        case c.Bind(call=call, leg=name):
            return [f"bind {call_word(call)} {leg_word(name)}"]
    return shows_of_recorders(command)


def shows_of_recorders(command: c.Command) -> list[str]:
    match command:
        case c.StartRecording(call=call, part=part):
            return [f"record {call_word(call)} {part}"]
        case c.StopRecording(call=call, part=part):
            return [f"record-no-more {call_word(call)} {part}"]
        case c.SaveRecording(recording=kept):
            gaps = [f"{gap.kind}@{gap.after_part}" for gap in kept.gaps]
            return shown("recording", call_word(kept.call), kept.recorder, "ended" if kept.ended_utc_s else "", *gaps)
    raise AssertionError(f"no word for {command!r}")
