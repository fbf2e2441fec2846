"""Why a job run failed, in the words of its own last traceback."""

from __future__ import annotations

import re
from pathlib import Path

_LONGEST = 4000
_TRACEBACK = "Traceback (most recent call last):"
_MODULES = re.compile(r"^(?:[A-Za-z_]\w*\.)+(?=[A-Z]\w*)")
_SYNTAX = re.compile(r"^(?:SyntaxError|IndentationError|TabError): .*", re.MULTILINE)
_SUBMIT = "spark-submit: "  # it refused to start the script
_JAVA = "Py4JJavaError"


def message_of(stderr: Path, status: int) -> str:
    """The ErrorMessage of a run whose program ended with a status that is not 0."""
    text = _tail(stderr)
    refusal = text.rstrip().rpartition("\n")[2]
    if refusal.startswith(_SUBMIT):
        return f"LAUNCH ERROR | {refusal.removeprefix(_SUBMIT)}"
    return _last_exception(text) or f"Command failed with exit code {_shell_status(status)}"


def _tail(file: Path) -> str:
    with file.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - 256 * 1024))
        return stream.read().decode("utf-8", "replace")


def _last_exception(text: str) -> str:
    """The first line after the last traceback's frames; for errors of Java also what Java said."""
    _, found, rest = text.rpartition(_TRACEBACK)
    if not found:  # a script with wrong syntax gives the frame and the error alone
        return "".join(_SYNTAX.findall(text)[-1:])
    lines = [line for line in rest.splitlines() if line and not line[0].isspace()]
    if not lines:
        return ""
    message = _MODULES.sub("", lines[0])
    if _JAVA in message and len(lines) > 1:
        message = f"{message} {lines[1].removeprefix(': ')}"
    return message[:_LONGEST]


def _shell_status(status: int) -> str:
    return str(status) if status >= 0 else f"{128 - status} (killed by signal {-status})"
