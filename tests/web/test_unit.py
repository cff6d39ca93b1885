"""The page's own unit tests, types and lint, run by Node."""

import shutil
import subprocess
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "web"
NODE = shutil.which("node")

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]


def run(*command: str) -> str:
    assert NODE, "node is not on the path"
    ended = subprocess.run([NODE, *command], cwd=WEB, capture_output=True, text=True, check=False, timeout=170)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_unit_tests_of_the_page_pass() -> None:
    run("node_modules/vite/bin/vite.js", "build", "--config", "vite.test.config.ts", "--logLevel", "warn")
    told = run("--test", *(str(path) for path in sorted((WEB / ".test").glob("*.mjs"))))
    assert "# fail 0" in told
    assert "# pass 0" not in told


def test_types_and_lint_of_the_page_are_clean() -> None:
    run("node_modules/typescript/bin/tsc", "--noEmit")
    run("node_modules/oxlint/bin/oxlint", "--deny-warnings")
