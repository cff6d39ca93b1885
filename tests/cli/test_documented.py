"""Whoever types a command as a document has it is understood: its words and its options are there."""

import re
from functools import cache
from typing import Any

import pytest
from typer.main import get_command

from busyhour.cli.app import build
from tests.cli.conftest import Product
from tests.tidy import rules

DOCUMENTS = {file.path: file.text for file in rules.files() if file.path.endswith(".md")}
BLOCK = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`]+)`")
COMMAND = re.compile(r"^\s*(?:[A-Z_]+=\S+ +)*(?:\S*/)?busyhour +([a-z][^#]*)")
OPTION = re.compile(r"--[a-z][a-z-]*")


def commands_in(text: str) -> list[list[str]]:
    """The words after `busyhour`, of each command in a block or within a sentence."""
    lines = [line for block in BLOCK.findall(text) for line in block.replace("\\\n", " ").splitlines()]
    lines += [" ".join(span.split()) for span in INLINE.findall(BLOCK.sub("", text))]
    return [found[1].split() for line in lines if (found := COMMAND.match(line))]


@cache
def all_commands() -> Any:
    return get_command(build(Product()))  # type: ignore[arg-type]  # of the product only what a command's form asks for


def faults_of(words: list[str]) -> list[str]:
    root = all_commands()
    context = root.make_context("busyhour", [], resilient_parsing=True)
    command, left = root, list(words)
    while left and hasattr(command, "get_command") and (below := command.get_command(context, left[0])):
        command = below
        left.pop(0)
    if hasattr(command, "get_command"):  # a group of commands: it may be named alone
        return [f"no command {left[0]}"] if left and left[0][0].isalpha() else []
    known = {option for one in (*command.params, *root.params) for option in (*one.opts, *one.secondary_opts)}
    return [f"no option {option}" for option in OPTION.findall(" ".join(left)) if option not in {*known, "--help"}]


@pytest.mark.parametrize("path", sorted(path for path, text in DOCUMENTS.items() if commands_in(text)))
def test_each_command_of_a_document_exists(path: str) -> None:
    wrong = {" ".join(words): found for words in commands_in(DOCUMENTS[path]) if (found := faults_of(words))}
    assert wrong == {}


def test_a_wrong_word_and_a_wrong_option_are_found() -> None:
    block = "```\nA=b busyhour report \\\n  --cvs out.csv  # all\n```"
    text = f"Type `busyhour campaign strat X`,\n{block}\nor `busyhour live`."
    assert [faults_of(words) for words in commands_in(text)] == [["no option --cvs"], ["no command strat"], []]
