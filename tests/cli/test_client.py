"""Every way in which the server cannot be reached or says no is one clear line."""

import socket
from pathlib import Path

import pytest

from busyhour.cli.client import Client
from busyhour.cli.screen import Trouble
from tests.cli.server import TOKEN, Server


def test_no_server_ever_ran_here(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match=r"No Busyhour runs on .*busyhour up"):
        Client.from_data(tmp_path)


@pytest.mark.parametrize("content", ["", "[]", "{}", "nonsense"])
def test_a_broken_address_file(tmp_path: Path, content: str) -> None:
    (tmp_path / "server.json").write_text(content)
    with pytest.raises(Trouble, match="written anew"):
        Client.from_data(tmp_path)


def test_the_server_is_gone(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(Trouble, match=r"does not answer at .*busyhour doctor"):
        Client(url, TOKEN).get("/api/system")


def test_the_answer_and_the_question_travel_whole(server: Server, data: Path) -> None:
    server.answer("GET", "/api/attempts", {"rows": [], "cursor": None})
    assert Client.from_data(data).get("/api/attempts", limit=5, outcome=None) == {"rows": [], "cursor": None}
    assert server.query_of("GET", "/api/attempts") == {"limit": "5"}


def test_the_servers_words_are_shown(server: Server, data: Path) -> None:
    server.refuse("POST", "/api/trunks", 422, "The host is not a name.", field="host")
    with pytest.raises(Trouble, match=r"^The host is not a name\. \(host\)$"):
        Client.from_data(data).post("/api/trunks", {})


def test_an_answer_that_is_not_ours(server: Server, data: Path) -> None:
    server.answer("GET", "/api/lists", b"<html>gateway</html>", status=502)
    with pytest.raises(Trouble, match="answered 502: <html>"):
        Client.from_data(data).get("/api/lists")


def test_a_wrong_token(server: Server) -> None:
    with pytest.raises(Trouble, match=r"Log in\."):
        Client(server.url, "bh_other").get("/api/lists")


def test_a_download_comes_in_pieces_or_says_no(server: Server, data: Path) -> None:
    client = Client.from_data(data)
    server.answer("GET", "/api/attempts/export", b"a,b\n" * 100_000)
    with client.download("/api/attempts/export", format="csv") as pieces:
        assert sum(len(piece) for piece in pieces) == 400_000
    server.refuse("GET", "/api/attempts/export", 422, "No such format.")
    with pytest.raises(Trouble, match="No such format"), client.download("/api/attempts/export"):
        pass


def test_an_upload_is_a_form(server: Server, data: Path, tmp_path: Path) -> None:
    file = tmp_path / "numbers.csv"
    file.write_text("+15550100")
    server.answer("POST", "/api/lists/1/imports", {"import_id": 7})
    with file.open("rb") as content:
        assert Client.from_data(data).upload("/api/lists/1/imports", content, "numbers.csv", {"format": "csv"})
    body = server.body_of("POST", "/api/lists/1/imports")
    assert b'filename="numbers.csv"' in body
    assert b"+15550100" in body
    assert b'name="format"' in body
