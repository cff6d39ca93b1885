"""The commands that need the product in this process, and what all commands share."""

import json

import pytest

from busyhour import __version__
from busyhour.cli.app import THINGS
from busyhour.cli.wiring import Check
from tests.cli.conftest import Product, Run

GOOD = Check(name="PBX", ok=True, found="Asterisk 22")
MISSING = Check(name="database", ok=False, found="nothing", mend="Give it [room] on the disk.")
EXTRA = Check(name="speech", ok=False, found="nothing", needed=False)


def test_up_runs_the_product_and_shows_its_steps(run: Run, product: Product) -> None:
    result = run("up", "--demo")
    assert result.exit_code == 0
    assert product.asked == [("up", True, 8480)]
    assert "ok database: made [new]" in result.stderr
    assert "http://127.0.0.1:8480" in result.stderr


def test_the_data_folder_can_be_named_on_the_line(run: Run, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "other").mkdir()
    result = run("--data", str(tmp_path / "other"), "campaign", "ls")
    assert result.exit_code == 1
    assert str(tmp_path / "other") in result.stderr


def test_doctor_says_what_is_missing_and_what_to_do(run: Run, product: Product) -> None:
    product.checks = [GOOD, MISSING, EXTRA]
    result = run("doctor")
    assert result.exit_code == 1
    assert "Give it [room] on the disk." in result.stdout
    assert json.loads(run("doctor", "--json").stdout)["ok"] is False


def test_doctor_is_content_when_all_that_is_needed_is_there(run: Run, product: Product) -> None:
    product.checks = [GOOD, EXTRA]
    assert run("doctor").exit_code == 0


def test_create_admin_shows_the_password_once(run: Run) -> None:
    assert "secret-words" in run("create-admin", "anna").stdout
    assert json.loads(run("create-admin", "anna", "--json").stdout) == {"login": "anna", "password": "secret-words"}


def test_a_users_error_is_one_line_and_exit_code_1(run: Run) -> None:
    result = run("create-admin", "taken")
    assert result.exit_code == 1
    assert result.stderr == "The log-in 'taken' is in use. Choose another.\n"
    assert result.stdout == ""


def test_a_wrong_setting_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUSYHOUR_PORT", "eighty")
    result = run("doctor")
    assert result.exit_code == 1
    assert "port" in result.stderr
    assert "busyhour.toml" in result.stderr


def test_bench_prints_figures_for_people_and_programs(run: Run) -> None:
    assert "lost" in run("bench", "calls").stdout
    assert json.loads(run("bench", "calls", "--calls", "5", "--json").stdout) == {"calls": 5, "lost": 0}
    assert json.loads(run("bench", "import", "--rows", "9", "--json").stdout) == {"rows": 9}
    assert json.loads(run("bench", "store", "--commits", "30", "--json").stdout) == {"commits": 30}
    assert json.loads(run("bench", "hopper", "--contacts", "50000", "--json").stdout) == {"contacts": 50_000}


def test_bench_overload_shows_each_step_and_fails_when_the_judge_found_something(run: Run, product: Product) -> None:
    good = run("bench", "overload", "--agents", "4", "--waiting", "5", "--seconds", "30")
    assert ("overload", 4, 5, 30.0) in product.asked
    assert good.exit_code == 0
    assert "79.5" in good.stdout
    assert json.loads(run("bench", "overload", "--json").stdout)["steps"][0]["overloaded"]["turned_away"] == 805
    bad = run("bench", "overload", "--seed", "2")
    assert bad.exit_code == 1
    assert "- 493 heard 503 instead of busy" in bad.stdout


def test_version(run: Run) -> None:
    assert run("version").stdout.strip() == __version__
    assert json.loads(run("version", "--json").stdout) == {"version": __version__}


def test_a_drill_that_finds_a_fault_names_it_and_fails(run: Run, product: Product) -> None:
    sound, broken = run("drill", "engine-kill", "--times", "9", "--json"), run("drill", "proxy")
    assert json.loads(sound.stdout)["violations"] == 0
    assert (sound.exit_code, broken.exit_code) == (0, 1)
    assert "- lost: +39 [1]" in broken.stdout
    assert product.asked == [("drill", "engine-kill", 9), ("drill", "proxy", None)]


@pytest.mark.parametrize("words", [(), ("list",), ("campaign",), ("agent",), ("trunk",), ("explain",), ("bench",)])
def test_help_is_shown_where_a_word_is_missing(run: Run, words: tuple[str, ...]) -> None:
    assert "Usage" in run(*words).output


@pytest.mark.parametrize("thing", THINGS)
def test_a_thing_is_understood_in_the_plural_too_and_shown_once(run: Run, thing: str) -> None:
    singular, plural = run(thing, "--help"), run(f"{thing}s", "--help")
    assert singular.exit_code == plural.exit_code == 0
    assert _commands(singular.stdout) == _commands(plural.stdout) != ""
    assert f"│ {thing}s " not in _commands(run("--help").stdout)


def _commands(text: str) -> str:
    return text.partition("Commands")[2]
