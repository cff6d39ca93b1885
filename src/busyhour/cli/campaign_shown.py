"""`busyhour campaign show`: all settings of a campaign, by the names that `campaign create` and its like take."""

from typing import Any

import msgspec

from busyhour.cli import campaigns
from busyhour.cli.client import Client, connect
from busyhour.cli.screen import local_time, print_json, print_table
from busyhour.core.dialer.compliance.budget import percent
from busyhour.core.dialer.compliance.detector import false_share
from busyhour.core.model.campaign import Machines

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
PARTS = ("compliance", "pacing", "watch", "preview", "recording")


def show(campaign: campaigns.Which, *, json: campaigns.Json = False) -> None:
    """Everything about one campaign."""
    client = connect()
    row = campaigns.find(client, campaign)
    if json:
        print_json(row)
        return
    print_table(row["campaign"]["name"], ("setting", "value"), facts_of(client, row).items())


def facts_of(client: Client, row: Any) -> dict[str, object]:
    settings, prompts = row["campaign"], {one["media"]: one["name"] for one in client.get("/api/prompts")}
    compliance, machines = settings["compliance"], settings["machines"]
    _name(compliance, "opt_out_prompt", prompts)
    _name(machines, "message_prompt", prompts)
    for part in ("message_prompt", "abandon_prompt"):
        _name(settings, part, prompts)
    facts: dict[str, object] = settings | {
        **{part: settings[part] and _text(settings[part]) for part in PARTS},
        "active_hours": _hours_text(settings["active_hours"]),
        "callee_hours": _hours_text(settings["callee_hours"]),
        "destinations": "; ".join(_text(one) for one in settings["destinations"]),
        "machines": _machines_text(machines),
        "dial_countries": ", ".join(settings["dial_countries"]),
        "retry_rules": "; ".join(_rule_text(rule) for rule in settings["retry_rules"]),
        "trunk_ids": _names(settings["trunk_ids"], client.get("/api/trunks"), "trunk_id", "name"),
        "agent_ids": _names(settings["agent_ids"], client.get("/api/agents"), "agent_id", "login"),
        "lists": ", ".join(f"{part['name']} ({part['role']})" for part in row["lists"]),
        "run": row["run_state"],
        "created": local_time(row["created_utc_s"]),
        "faults": "; ".join(row.get("faults", ())),
    }
    return facts


def _name(part: dict[str, Any], setting: str, prompts: dict[str, str]) -> None:
    """A prompt's name instead of its file; the file of one that is gone."""
    part[setting] = prompts.get(part[setting], part[setting])


def _names(wanted: list[int], rows: list[Any], key: str, name: str) -> str:
    known = {row[key]: row[name] for row in rows}
    return ", ".join(str(known.get(number, number)) for number in wanted)


def _text(part: dict[str, Any]) -> str:
    return ", ".join(f"{name} {_value(value)}" for name, value in part.items())


def _value(value: object) -> str:
    match value:
        case None | "":
            return "-"
        case bool():
            return "yes" if value else "no"
        case list():
            return "; ".join(_value(each) for each in value) or "-"
        case _:
            return str(value)


def _machines_text(machines: dict[str, Any]) -> str:
    """With how many of the detected the law's count takes for people."""
    if not machines["detection"]:
        return "not detected"
    told = {name: value for name, value in machines.items() if name not in {"detection", "listening", "test"}}
    test, share = machines["test"], false_share(msgspec.convert(machines, Machines).test)
    found = f"test of {test['on']}: {test['people']} people in {test['calls']} calls" if test["calls"] else "not tested"
    return (
        f"detected, {_text(told)}, {_text(machines['listening'])}; {found}, so the law counts "
        f"{percent(share)} of those detected as abandoned people"
    )


def _hours_text(hours: dict[str, Any]) -> str:
    days = "every day" if len(hours["days"]) == len(DAYS) else ", ".join(DAYS[day - 1] for day in hours["days"])
    return f"{_day_time(hours['from_s'])} to {_day_time(hours['until_s'])}, {days}"


def _day_time(after_midnight_s: int) -> str:
    return f"{after_midnight_s // 3600:02}:{after_midnight_s % 3600 // 60:02}"


def _rule_text(rule: Any) -> str:
    return f"{rule['outcome']} up to {rule['max_attempts']} times, after {rule['delay_s']} s ({rule['mode']})"
