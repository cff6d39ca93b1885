"""Prompts in a terminal: what is asked of the server, and what is shown of its answers."""

from pathlib import Path

import pytest

from busyhour.service import records as r
from tests.cli.conftest import Run
from tests.cli.server import Server

SORRY = r.Prompt(prompt_id=1, name="sorry", text="Sorry.", language="en-US", media="p1-1-ab", duration_s=1.0)
MUSIC = r.Prompt(prompt_id=2, name="music", text="", language="", media="p1-file-ab", duration_s=75.0)


@pytest.fixture
def prompts(server: Server) -> Server:
    server.answer("GET", "/api/prompts", [SORRY, MUSIC])
    return server


def test_prompts_are_listed_with_what_they_are_made_of(prompts: Server, run: Run) -> None:
    shown = run("prompt", "ls").stdout
    for words in ("sorry", "en-US", "0:01", "music", "a file", "1:15"):
        assert words in shown


def test_a_text_is_spoken(prompts: Server, run: Run) -> None:
    prompts.answer("POST", "/api/prompts", SORRY, 201)
    assert "sorry is there: 1.0 s" in run("prompts", "speak", "sorry", "Sorry.").stdout
    assert prompts.body_of("POST", "/api/prompts") == {"name": "sorry", "text": "Sorry.", "language": "en-US"}


def test_a_file_is_sent(prompts: Server, run: Run, tmp_path: Path) -> None:
    prompts.answer("POST", "/api/prompts/file", MUSIC, 201)
    (tmp_path / "music.wav").write_bytes(b"RIFF-and-so-on")
    assert "music is there: 75.0 s" in run("prompt", "upload", str(tmp_path / "music.wav"), "--text", "Ours").stdout
    sent = prompts.body_of("POST", "/api/prompts/file")
    for part in (b'filename="music.wav"', b"RIFF-and-so-on", b'name="text"\r\n\r\nOurs'):
        assert part in sent
    assert "cannot be read: No such file" in run("prompt", "upload", str(tmp_path / "none.wav")).stderr


def test_a_prompt_is_fetched_and_deleted(prompts: Server, run: Run, tmp_path: Path) -> None:
    prompts.answer("GET", "/api/prompts/2/audio", b"RIFF")
    run("prompt", "download", "music", str(tmp_path / "m.wav"))
    assert (tmp_path / "m.wav").read_bytes() == b"RIFF"
    prompts.answer("DELETE", "/api/prompts/2", b"", 204)
    assert "music is deleted" in run("prompt", "rm", "music").stdout
