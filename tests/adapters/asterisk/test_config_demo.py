"""The demo carrier's table and the sample contacts."""

from collections import Counter

import phonenumbers
import pytest

from busyhour.adapters.asterisk.demo import BEHAVIORS, SAMPLE_MAX, behavior_of, sample_contacts
from busyhour.core.model.values import EndCause


def test_each_ending_has_one_behavior() -> None:
    covered = [ending for behavior in BEHAVIORS for ending in range(behavior.first, behavior.last + 1)]
    assert covered == list(range(100))


def test_what_answers_ends_normally_and_what_does_not_has_a_reason() -> None:
    for behavior in BEHAVIORS:
        assert (behavior.answers_after_s is not None) == (behavior.cause is EndCause.NORMAL)
        assert (behavior.sip_status == 200) == (behavior.hangs_up_after_s is not None)


def test_sample_contacts_are_valid_distinct_mixed_and_always_the_same() -> None:
    contacts = sample_contacts()
    assert contacts == sample_contacts()
    assert len({number for _, number, _ in sample_contacts(SAMPLE_MAX)}) == SAMPLE_MAX
    assert len({name for name, _, _ in contacts}) == 200
    for _, number, attributes in contacts:
        parsed = phonenumbers.parse(number)
        assert phonenumbers.is_valid_number(parsed)
        assert phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) == number
        assert attributes["behavior"] == behavior_of(number).text
    seen = Counter(behavior_of(number).name for _, number, _ in contacts)
    assert set(seen) == {behavior.name for behavior in BEHAVIORS}
    assert seen["talk"] + seen["short"] + seen["long"] + seen["echo"] == 80


@pytest.mark.parametrize("first_ten", [sample_contacts(10)])
def test_the_first_contacts_are_mixed_already(first_ten: list[tuple[str, str, dict[str, str]]]) -> None:
    assert len({behavior_of(number).name for _, number, _ in first_ten}) >= 5
