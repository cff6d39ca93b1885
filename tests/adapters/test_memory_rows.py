"""The rows of the store in memory."""

from dataclasses import fields
from typing import Any

import pytest

from busyhour.adapters.memory.rows import Attempt, Member


@pytest.mark.parametrize("kind", [Attempt, Member])
def test_a_copy_has_all_of_it(kind: type[Any]) -> None:
    """They are copied field by field, for speed: a standby that falls behind is such a copy."""
    filled = kind(**{field.name: {} if field.name == "earlier" else f"a {field.name}" for field in fields(kind)})
    assert filled.copy() == filled
