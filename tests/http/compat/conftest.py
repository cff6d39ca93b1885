"""One contact center for each test."""

from pathlib import Path

import pytest

from tests.http.compat.compat_world import CompatWorld


@pytest.fixture
def compat(tmp_path: Path) -> CompatWorld:
    return CompatWorld(tmp_path)
