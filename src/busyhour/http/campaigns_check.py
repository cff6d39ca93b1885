"""The limits of a campaign's settings: one fault at a time, with the field and what to do."""

import re
from collections.abc import Sequence
from typing import Final

from busyhour.core.dialer.compliance.check import faults_of_law
from busyhour.core.dialer.hours import zone_known
from busyhour.core.model.campaign import DAY_S, Campaign, Destination, Hours, Preview, RetryRule, Watch
from busyhour.core.model.values import DialMode, FirstLeg
from busyhour.http.machines_check import check_machines
from busyhour.http.recording_check import check_days
from busyhour.service.accounts import check_name
from busyhour.service.errors import Invalid
from busyhour.service.numbers import Numbers

STATUSES: Final = ("runnable", "closed", "hidden")
CALLER_ID: Final = re.compile(r"\+?[0-9]{0,15}(?:\$\{[^{}\x00-\x1f\x7f]{1,64}\}[0-9]{0,15}){0,4}")
RULES_MAX: Final = 50
LINKS_MAX: Final = 10_000
ZONE_SHOWN_MAX: Final = 40
PREVIEW_MIN_S: Final = 5
PREVIEW_MAX_S: Final = 3600
REASONS_MAX: Final = 20
COUNTRIES_MAX: Final = 50
DESTINATIONS_MAX: Final = 100
DESTINATION_MAX: Final = 100_000
DESTINATION: Final = re.compile(r"\+[1-9][0-9]{0,14}")
REASON_LENGTH_MAX: Final = 60
REASON: Final = re.compile(rf"[^\x00-\x1f\x7f]{{1,{REASON_LENGTH_MAX}}}")

NUMBERS: Final[tuple[tuple[str, float, float, str], ...]] = (
    ("priority", 1, 1000, "1 (first) to 1000"),
    ("max_concurrent", 1, 10_000, "1 to 10000 calls at once"),
    ("calls_per_minute_max", 0, 100_000, "0 (no limit) to 100000"),
    ("ring_timeout_s", 3, 300, "3 to 300 seconds"),
    ("call_max_s", 0, DAY_S, "0 (no limit) to 86400 seconds"),
    ("answer_wait_max_s", 0, 120, "0 to 120 seconds"),
    ("acw_max_s", 0, 7200, "0 to 7200 seconds"),
    ("attempts_per_day_max", 0, 100, "0 (no limit) to 100"),
)

PACING: Final[tuple[tuple[str, float, float, str], ...]] = (
    ("ratio", 0.1, 20, "0.1 to 20 calls for each free agent"),
    ("correction", 25, 400, "25 to 400 percent; 100 leaves the computed number as it is"),
    ("waiting_max", 0, 1000, "0 to 1000 callers, or nothing"),
    ("at_once_max", 0, 1000, "0 (no limit) to 1000 calls"),
    ("per_agent_max", 0, 100, "0 (no limit) to 100 calls"),
)

WATCH: Final[tuple[tuple[str, float, float, str], ...]] = (
    ("attempts", 10, 10_000, "10 to 10000 attempts"),
    ("answered_min", 0, 1, "a share from 0 (off) to 1"),
    ("short_max", 0, 1, "a share from 0 to 1 (off)"),
    ("short_s", 1, 600, "1 to 600 seconds"),
)


def check_campaign(campaign: Campaign, status: str) -> None:
    check_name(campaign.name)
    if status not in STATUSES:
        raise Invalid(f"The status is one of {', '.join(STATUSES)}.", field="status")
    for field, least, most, text in NUMBERS:
        if not least <= getattr(campaign, field) <= most:
            raise Invalid(f"{field}: {text}.", field=f"campaign.{field}")
    check_days(campaign.recording_days, "campaign.recording_days")
    check_pacing(campaign)
    check_watch(campaign.watch)
    check_destinations(campaign.destinations)
    check_preview(campaign.preview)
    check_machines(campaign.machines)
    check_dial_countries(campaign.dial_countries)
    for field, text in faults_of_law(campaign):
        raise Invalid(text, field=f"campaign.{field}")
    if not CALLER_ID.fullmatch(campaign.caller_id):
        raise Invalid(
            "The caller ID is a number: up to 15 digits, with a + before them or not. ${NAME} in it stands for the "
            "contact's attribute of that name.",
            field="campaign.caller_id",
        )
    if not zone_known(campaign.time_zone):
        shown = campaign.time_zone[:ZONE_SHOWN_MAX]
        raise Invalid(
            f"There is no time zone {shown!r}. Choose one by a name such as Europe/Rome or America/New_York.",
            field="campaign.time_zone",
        )
    check_hours(campaign.active_hours, "campaign.active_hours")
    check_hours(campaign.callee_hours, "campaign.callee_hours")
    if len(campaign.retry_rules) > RULES_MAX:
        raise Invalid(f"A campaign has at most {RULES_MAX} retry rules.", field="campaign.retry_rules")
    for n, rule in enumerate(campaign.retry_rules):
        check_rule(rule, f"campaign.retry_rules[{n}]")
    if max(len(campaign.trunk_ids), len(campaign.agent_ids)) > LINKS_MAX:
        raise Invalid(f"A campaign has at most {LINKS_MAX} trunks and as many agents.", field="campaign")


def check_pacing(campaign: Campaign) -> None:
    for field, least, most, text in PACING:
        value = getattr(campaign.pacing, field)
        if value is not None and not least <= value <= most:
            raise Invalid(f"{field}: {text}.", field=f"campaign.pacing.{field}")
    if campaign.pacing.first_leg is FirstLeg.AGENT and campaign.dial_mode is not DialMode.PROGRESSIVE:
        text = "The agent can be first on the line in the dial mode progressive only."
        raise Invalid(text, field="campaign.pacing.first_leg")


def check_watch(watch: Watch) -> None:
    for field, least, most, text in WATCH:
        if not least <= getattr(watch, field) <= most:
            raise Invalid(f"{field}: {text}.", field=f"campaign.watch.{field}")


def check_destinations(destinations: Sequence[Destination]) -> None:
    field, prefixes = "campaign.destinations", {one.prefix for one in destinations}
    if len(destinations) > DESTINATIONS_MAX or len(prefixes) != len(destinations):
        raise Invalid(f"Name at most {DESTINATIONS_MAX} destinations, each once.", field=field)
    for one in destinations:
        if not DESTINATION.fullmatch(one.prefix):
            text = "A destination is a country, IT, or the beginning of a number: + and 1 to 15 digits."
            raise Invalid(text, field=field)
        if not (0 <= one.calls_max <= DESTINATION_MAX and 0 <= one.per_minute_max <= DESTINATION_MAX):
            raise Invalid(f"A destination has 0 (no limit) to {DESTINATION_MAX} calls.", field=field)


def check_preview(preview: Preview) -> None:
    if not PREVIEW_MIN_S <= preview.timeout_s <= PREVIEW_MAX_S:
        text = f"A preview lasts {PREVIEW_MIN_S} to {PREVIEW_MAX_S} seconds."
        raise Invalid(text, field="campaign.preview.timeout_s")
    reasons = preview.skip_reasons
    if not 1 <= len(reasons) <= REASONS_MAX or len(set(reasons)) != len(reasons):
        text = f"Give 1 to {REASONS_MAX} reasons to skip a contact, each once."
        raise Invalid(text, field="campaign.preview.skip_reasons")
    if not all(REASON.fullmatch(reason) for reason in reasons):
        text = f"A reason to skip has 1 to {REASON_LENGTH_MAX} characters."
        raise Invalid(text, field="campaign.preview.skip_reasons")


def check_dial_countries(countries: Sequence[str]) -> None:
    if len(countries) > COUNTRIES_MAX:
        raise Invalid(f"Name at most {COUNTRIES_MAX} countries.", field="campaign.dial_countries")
    for country in countries:
        Numbers(country)  # or says that there is none


def check_hours(hours: Hours, field: str) -> None:
    if not (0 <= hours.from_s < DAY_S and 0 < hours.until_s <= DAY_S):
        raise Invalid(f"Hours are seconds after midnight: from 0 to {DAY_S - 1}, until 1 to {DAY_S}.", field=field)
    if hours.from_s == hours.until_s:
        raise Invalid("These hours are never open: from and until are the same.", field=field)
    if not hours.days or not set(hours.days) <= set(range(1, 8)) or len(set(hours.days)) != len(hours.days):
        raise Invalid("Name at least one day, each once: 1 = Monday ... 7 = Sunday.", field=f"{field}.days")


def check_rule(rule: RetryRule, field: str) -> None:
    if not 1 <= rule.max_attempts <= 100:
        raise Invalid("A retry rule makes 1 to 100 attempts.", field=f"{field}.max_attempts")
    if not 0 <= rule.delay_s <= 30 * DAY_S:
        raise Invalid(f"A retry waits 0 to {30 * DAY_S} seconds.", field=f"{field}.delay_s")
