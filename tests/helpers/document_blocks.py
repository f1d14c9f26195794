"""Code blocks of a document, run in order in the current folder; shown output is compared.

===========================  ==========================================================================
block                        what is done with it
===========================  ==========================================================================
``python``                   run; all blocks of a document have one namespace
``sh``                       run line by line; a command that fails fails the block
``csv title="FILE"``         its lines are added to the file
``toml title="FILE"``        is written to the file; parsed only where it has no title
``text``                     compared with what the block before printed; … stands for any text
no language                  a drawing
===========================  ==========================================================================

The comment ``<!-- not run: REASON -->`` on the line before a block leaves it out. Its Python must still compile, and its
``energy-model`` commands must still have the verbs and options that they name.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import typer
from sybil import Document, Example, Region
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.markdown.lexers import RawFencedCodeBlockLexer

from energy_model.cli import app
from helpers import cli

INFO = re.compile(r'(?P<language>\w+)(?: title="(?P<title>[^"]+)")?$\n', re.MULTILINE)
NOT_RUN = re.compile(r"<!-- not run: (.+) -->\n\Z")
SHELL_WORDS = {"|", "||", "&&", ";", ">", "<"}


def read_blocks(page: Path) -> list[Example]:
    """The code blocks of a document in order."""
    return list(Document.parse(str(page), _parse))


def reason_not_run(block: Example) -> str | None:
    """Why a block is not run; None if it is."""
    comment = NOT_RUN.search(block.document.text[: block.start])
    return comment[1] if comment else None


def _parse(document: Document) -> Iterator[Region]:
    for region in RawFencedCodeBlockLexer(INFO)(document):
        region.parsed = region.lexemes["source"]
        region.evaluator = EVALUATORS.get(region.lexemes["language"], _refuse)
        yield region


def _refuse(block: Example) -> str | None:
    if reason_not_run(block):
        return None
    return f"no block of this language is known; known are {', '.join(EVALUATORS)}"


def _run_python(block: Example) -> None:
    if reason_not_run(block):
        compile(block.parsed, block.path, "exec")
        return
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        PythonEvaluator()(block)
    block.document.printed = printed.getvalue()


def _run_commands(block: Example) -> str | None:
    block.document.printed = ""
    for line in block.parsed.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if reason_not_run(block):
            _check_options(words)
        elif words:
            code, printed, complaint = _call(line, words)
            block.document.printed += printed
            if code:
                return f"{line}\nends with exit code {code}:\n{printed}{complaint}"
    return None


def _call(line: str, words: list[str]) -> tuple[int, str, str]:
    """Exit code, output and complaints of a command. The program is called in this process, which is quicker."""
    if words[0] == "energy-model" and not SHELL_WORDS & set(words):
        return cli.call(*words[1:])
    line = re.sub(r"(?<![/\w])(energy-model|python)\b", rf"{Path(sys.executable).parent}/\1", line)
    done = subprocess.run(["bash", "-ec", line], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def _check_options(words: list[str]) -> None:
    """Raises if a command has a verb or an option that the program does not know."""
    if words[:1] != ["energy-model"]:
        return
    command, words = typer.main.get_command(app.app), words[1:]
    while isinstance(command, click.Group):
        command, words = command.commands[words[0]], words[1:]
    command.make_context(command.name, words)


def _add_to_file(block: Example) -> None:
    file = Path(block.region.lexemes["title"])
    with file.open("a", encoding="utf-8") as stream:
        stream.write(block.parsed)


def _write_file(block: Example) -> None:
    tomllib.loads(block.parsed)
    if title := block.region.lexemes["title"]:
        Path(title).write_text(block.parsed, encoding="utf-8")


def _compare(block: Example) -> str | None:
    if reason_not_run(block):
        return None
    printed, shown = ("\n".join(map(str.rstrip, text.splitlines())).strip() for text in (block.document.printed, block.parsed))  # fmt: skip
    if re.fullmatch(re.escape(shown).replace("…", ".*?"), printed, re.DOTALL):
        return None
    return f"the block before prints\n{printed}\ninstead of\n{shown}"


EVALUATORS = {
    "python": _run_python,
    "sh": _run_commands,
    "csv": _add_to_file,
    "toml": _write_file,
    "text": _compare,
}
