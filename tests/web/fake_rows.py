"""Rows and views as the real API sends them, for the fake one."""

import time
from typing import Any

from busyhour.core.model.values import Outcome
from tests.web.fake_queues import queue_view

Row = dict[str, Any]
DESK_AGENT = 1
SUPERVISOR = 30


def now_s() -> float:
    return time.time()


def session_of(role: str) -> Row:
    agent = role == "agent"
    user = {"user_id": 1, "tenant_id": 1, "login": role, "name": "Ann Ames" if agent else "Root", "role": role}
    user |= {"disabled": False, "created_utc_s": 1.7e9, "agent_id": DESK_AGENT if agent else None}
    user |= {"must_change_password": False}
    tenant = {"tenant_id": 1, "name": "Example Ltd", "time_zone": "Europe/Zurich", "country": "CH"}
    nouns = ["agents", "campaigns", "dnc", "explain", "lists", "live", "prompts", "reports", "runs", "settings"]
    nouns += ["trunks", "users", "audit", "queues", "callers", "recordings"]
    permissions = ["desk:use"] if agent else [f"{noun}:{verb}" for noun in nouns for verb in ("read", "write")]
    permissions += [] if agent else [f"recordings:{verb}" for verb in ("listen", "download", "delete")]
    if role == "supervisor":
        user |= {"agent_id": SUPERVISOR, "name": "Sue Sand"}
        permissions += ["calls:supervise", "desk:use"]
    return {"user": user, "tenant": tenant, "csrf": "csrf", "permissions": permissions, "expires_utc_s": now_s() + 3600}


def contact(contact_id: int) -> Row:
    return {
        "contact_id": contact_id, "list_id": 1, "position": contact_id, "name": f"Carla Contact {contact_id}",
        "numbers": [f"+4144555{contact_id:04d}", "+12025550123"], "output": {}, "time_zone": "Europe/Zurich",
        "attributes": {"account": f"A-{contact_id}", "city": "Zürich", "a long label of an attribute": "x" * 60},
        "schedule_utc_s": None, "schedule_extension": None,
    }  # fmt: skip


def attempt(number: int) -> Row:
    outcomes = [str(outcome) for outcome in Outcome]
    outcome = outcomes[number % len(outcomes)]
    began = now_s() - 3600 + number
    return {
        "call": f"c1-{number:032x}", "run_id": 1, "campaign_id": 1, "campaign_name": "Spring offer",
        "list_name": "Customers", "contact_id": number, "contact_name": f"Carla Contact {number}",
        "number": f"+4144555{number:04d}", "attempt_no": 1 + number % 3, "state": "final", "outcome": outcome,
        "disposition": "SALE" if outcome == "HANDLED" else None, "note": "Wants a letter" if number == 0 else None,
        "agent_name": "Ann Ames" if outcome == "HANDLED" else None, "trunk_name": "Carrier",
        "intent_utc_s": began, "ringing_utc_s": began + 1, "answered_utc_s": began + 5, "joined_utc_s": began + 5.1,
        "ended_utc_s": began + 65, "wait_pre_ms": 5000, "wait_after_ms": 100, "talk_ms": 60_000,
        "next_due_utc_s": began + 300 if outcome == "BUSY" else None, "cause": "normal",
        "why": "First in list order; hours are open", "retry_why": "No rule fits HANDLED",
        "attributes": {"city": "Bern"},
    }  # fmt: skip


def audit(number: int) -> Row:
    if number == 1:
        return CHANGE
    what = "other number" if number % 3 == 0 else "manual dial"
    return {
        "entry_id": number, "at_utc_s": now_s() - 60 * number, "agent_id": 1, "agent_name": "Ann Ames", "what": what,
        "call": f"c1-{number:032x}", "number": f"+4144555{number:04d}", "contact_id": number,
        "contact_name": f"Carla Contact {number}", "campaign_id": 1, "campaign_name": "Spring offer",
        "user_id": None, "user_name": None, "address": None, "subject": None, "detail": None,
    }  # fmt: skip


CHANGE: Row = {
    "entry_id": 1, "at_utc_s": 1_790_000_000.0, "agent_id": None, "agent_name": None, "what": "changed", "call": "",
    "number": "", "contact_id": None, "contact_name": None, "campaign_id": None, "campaign_name": None, "user_id": 2,
    "user_name": "Bo Boss", "address": "10.0.0.9", "subject": "queue Sales",
    "detail": {"before": {"priority": 9}, "after": {"priority": 3}, "rows": None, "first": []},
}  # fmt: skip
CAMPAIGN: Row = {
    "campaign_id": 1, "name": "Spring offer", "dial_mode": "progressive", "priority": 10, "max_concurrent": 10,
    "calls_per_minute_max": 0, "ring_timeout_s": 30.0, "call_max_s": 0.0, "answer_wait_max_s": 2.0, "acw_mode": "max",
    "acw_max_s": 30.0, "caller_id": "", "message_prompt": None, "abandon_prompt": "p1-1-abc",
    "idle_on_termination": False, "time_zone": "Europe/Zurich",
    "active_hours": {"from_s": 0, "until_s": 86_400, "days": [1, 2, 3, 4, 5, 6, 7]},
    "callee_hours": {"from_s": 28_800, "until_s": 75_600, "days": [1, 2, 3, 4, 5]}, "attempts_per_day_max": 3,
    "machines": {
        "detection": False,
        "listening": {"analysis_max_s": 1.5, "greeting_max_s": 1.1, "silence_s": 0.4, "words_max": 5},
        "action": "hang_up",
        "message_prompt": None,
        "again_s": 0,
        "check_every": 0,
        "test": {"calls": 0, "people": 0, "on": "", "note": ""},
    },
    "compliance": {"preset": "uk", "limit": 0.01, "window_s": 604_800, "opt_out_key": "9", "opt_out_prompt": None},
    "retry_rules": [{"outcome": "BUSY", "disposition": None, "max_attempts": 2, "delay_s": 300, "mode": "fixed"}],
    "pacing": {"ratio": 1.5, "waiting_max": None, "at_once_max": 0, "per_agent_max": 0.0, "late_cancel": True}
    | {"chances": True, "first_leg": "customer", "correction": 100.0},
    "destinations": [{"prefix": "+41", "calls_max": 4, "per_minute_max": 0}],
    "watch": {"attempts": 100, "answered_min": 0.0, "short_max": 1.0, "short_s": 5.0, "removes": False},
    "dial_countries": [],
    "preview": {"timeout_s": 120.0, "timeout_action": "give_back", "skip_reasons": ["not now"]},
    "retry_count": "total", "trunk_ids": [1], "agent_ids": [1],
}  # fmt: skip

CAMPAIGNS: list[Row] = [
    {
        "campaign": CAMPAIGN, "status": "runnable", "run_id": 1, "run_state": "running", "created_utc_s": 1.7e9,
        "lists": [{"list_id": 1, "name": "Customers", "role": "normal", "position": 0}], "faults": [],
    },
    {
        "campaign": {**CAMPAIGN, "campaign_id": 2, "name": "Reminder", "dial_mode": "agentless"}, "status": "runnable",
        "run_id": None, "run_state": None, "created_utc_s": 1.7e9, "lists": [],
        "faults": ["It has no list. Add one under Lists.", "It has no message. Choose a prompt."],
    },
]  # fmt: skip

PRESETS: list[Row] = [
    {"key": "strict", "name": "Strict", "windows": [{"span": "rolling", "limit": 0.01, "length_s": 86_400}]}
    | {
        "opt_out_key": True,
        "source": "Our own.",
        "ring_min_s": 15.0,
        "wait_max_s": 2.0,
        "abandoned_again_s": 259_200.0,
        "kept_days": 5 * 365,
    },
    {"key": "uk", "name": "United Kingdom", "windows": [{"span": "rolling", "limit": 0.03, "length_s": 86_400}]}
    | {"opt_out_key": True, "source": "Ofcom, December 2016.", "ring_min_s": 15.0, "wait_max_s": 2.0}
    | {"abandoned_again_s": 259_200.0, "kept_days": 365},
]

LISTS: list[Row] = [
    {"list_id": 1, "name": "Customers", "hidden": False, "created_utc_s": 1.7e9, "contacts": 200, "numbers": 400}
]
TRUNKS: list[Row] = [
    {
        "trunk_id": 1, "name": "Carrier", "host": "", "login": "", "has_password": False, "prefix": "",
        "strip_plus": True, "capacity": 30, "calls_per_s_max": 0, "endpoint": "t1-1", "demo": True,
    }
]  # fmt: skip
PROMPTS: list[Row] = [
    {"prompt_id": 1, "name": "Sorry", "text": "Sorry, all of us are busy.", "language": "en-US", "media": "p1-1-abc"}
    | {"duration_s": 2.5}
]
DISPOSITIONS: list[Row] = [
    {"disposition_id": n + 1, "campaign_id": None, "code": label.upper().replace(" ", "_"), "label": label}
    | {"position": n + 1}
    for n, label in enumerate(["Sale", "Call back", "Not interested", "Wrong person"])
]
PAUSE_REASONS: list[Row] = [
    {"pause_reason_id": 1, "name": "Lunch", "time_max_s": 1800},
    {"pause_reason_id": 2, "name": "Training", "time_max_s": 0},
]
USERS: list[Row] = [session_of(role)["user"] | {"user_id": n} for n, role in enumerate(["administrator", "agent"], 1)]
AGENTS: list[Row] = [
    {"agent_id": 1, "user_id": 2, "name": "Ann Ames", "login": "agent", "phone_kind": "browser", "sip_address": ""}
    | {"leg_mode": "persistent", "disabled": False, "may_dial": True, "acw_s": 0.0}
    | {"skills": {"sales": 4, "german": 2}}
]
DIAL_CAMPAIGN: Row = {"campaign_id": 1, "name": "Spring offer", "state": "running"}
DNC: list[Row] = [{"number": "+41445550199", "added_utc_s": 1.7e9, "source": "typed in"}]
CHECKLIST: list[Row] = [
    {"key": "pbx", "done": True, "title": "The PBX is connected", "text": "It is up.", "link": "/system"},
    {"key": "list", "done": False, "title": "There is a contact list", "text": "Import a file.", "link": "/lists"},
    {"key": "call", "done": False, "title": "The first call was made", "text": "Start one.", "link": "/campaigns"},
]
SUMMARY: Row = {
    "attempts": 120, "contacts": 90, "talk_ms": 3_600_000, "wait_pre_ms": 600_000, "wait_after_ms": 9000,
    "outcomes": [
        {"outcome": "HANDLED", "disposition": "SALE", "count": 60, "talk_ms": 3_600_000},
        {"outcome": "BUSY", "disposition": None, "count": 40, "talk_ms": 0},
        {"outcome": "NO_ANSWER", "disposition": None, "count": 20, "talk_ms": 0},
    ],
    "trunks": [["Carrier", 120]],
}  # fmt: skip


def agent_view(agent_id: int, state: str, **more: Any) -> Row:
    view = {"agent_id": agent_id, "name": f"Agent {agent_id}", "state": state, "reason": None}
    view |= {"since_utc_s": now_s() - 10, "deadline_utc_s": None, "call": None, "phone": "up", "linked": True}
    return view | {"next_pause": None, "handled": 3, "talk_s": 181.0, "campaign_ids": [1], "tried": None} | more


def call_view(number: int, state: str, **more: Any) -> Row:
    view = {"call": f"c1-{number:032x}", "state": state, "attempt_state": "answered", "campaign_id": 1, "run_id": 1}
    view |= {"contact_id": number, "contact_name": f"Carla Contact {number}", "number": f"+4144555{number:04d}"}
    view |= {"attempt_no": 1, "trunk_id": 1, "agent_id": None, "placed_utc_s": now_s() - 20}
    view |= {"answered_utc_s": now_s() - 12, "joined_utc_s": None, "held": False, "outcome": None}
    view |= {"disposition": None, "by_hand": False, "caller": None, "decide_until_utc_s": None, "recording": None}
    return view | more


def run_view(**more: Any) -> Row:
    view = {"run_id": 1, "campaign_id": 1, "name": "Spring offer", "dial_mode": "progressive", "state": "running"}
    view |= {"priority": 10, "started_utc_s": now_s() - 600, "placed": 120, "finished": 110, "answered": 48}
    view |= {"abandoned": 1, "in_hopper": 40, "dialing": 4, "waiting": 12, "talking": 6, "agents_free": 2}
    view |= {"next_due_utc_s": now_s() + 90, "why": "2 calls: 2 free agents, 26 free lines", "law": law_view()}
    return view | {"pacing": pacing_view(), "halted": ""} | more


def pacing_view(**more: Any) -> Row:
    view = {"dial_mode": "predictive", "paced": "predictive", "reason": "", "start": 3, "want": 3, "limit": "wanted"}
    view |= {
        "at_utc_s": now_s(),
        "agents_free": 2,
        "waiting": 0,
        "dialing": 14,
        "live": 20,
        "talking": 6,
        "wrapping": 2,
    }
    view |= {"horizon_s": 11.0, "free_expected": 1.4, "answers_expected": 2.6, "answer_chance": 0.21}
    view |= {"answer_drift": 1.1, "risk": 0.041, "price": 0.032, "aim": 0.026, "window": "the last 24 hours"}
    use = {"window": "the last 24 hours", "limit": 0.03, "aim": 0.025, "answered": 1000.0, "abandoned": 21.0, "left": 9}
    return view | {"windows": [use], "given_up": 5, "words": "predictive: 2 free"} | more


def plan_of(asked: Row) -> Row:
    """A point for each that is asked for."""
    points = [
        {"agents": n, "mode": mode, "limit": limit, "utilisation": {"predictive": 0.8, "ratio": 0.7}.get(mode, 0.61),
         "wait_s": 200 / n, "abandonment": 0.0 if mode == "progressive" else limit * 0.9, "prompt": 1 - limit * 0.9,
         "calls_per_agent_hour": 21.4, "dials_per_agent_hour": 108.0}
        for n in asked["agents"] for mode in asked["modes"] for limit in asked["limits"] or [0.03]
        if mode != "progressive" or limit == (asked["limits"] or [0.03])[0]
    ]  # fmt: skip
    means = {"answer_chance": asked["answer_chance"] or 0.21, "talk_s": 118.0, "wrap_s": 21.0, "ring_s": 11.2}
    learned = asked["campaign_id"] is not None
    name = "Spring offer" if learned else ""
    return {"campaign_id": asked["campaign_id"], "name": name, "means": means, "learned": learned, "points": points} | {
        "missing": 0
    }


def law_view(**more: Any) -> Row:
    day = {"window": "the last 24 hours", "limit": 0.03, "live": 1000.0, "abandoned": 21.0, "rate": 0.021, "left": 9}
    week = {"window": "the last 7 days", "limit": 0.01, "live": None, "abandoned": None, "rate": None, "left": 0}
    law = {"preset": "uk", "name": "United Kingdom", "progressive": True, "why": "", "windows": [day, week]}
    return law | more


def live_state() -> Row:
    states = ["available", "on_contact", "acw", "not_ready", "reserved", "offline"]
    agents = {str(n): agent_view(n, states[n % 6], reason="Lunch" if n % 6 == 3 else None) for n in range(1, 25)}
    kinds = ["dialing", "talking", "waiting", "held", "message"]
    calls = {f"c1-{n:032x}": call_view(n, kinds[n % 5], agent_id=n % 24 + 1) for n in range(60)}
    system = {"pbx_up": True, "store_up": True, "calls_up": 60, "trunks": {"Carrier": [24, 30]}, "engine_lag_ms": 1.2}
    runs = {"1": run_view(), "2": run_view(run_id=2, name="Reminder", state="paused", why="Paused by Root")}
    queues = {str(n): queue_view(n) for n in (1, 2)}
    return {"agents": agents, "calls": calls, "runs": runs, "queues": queues, "system": {"system": system}}
