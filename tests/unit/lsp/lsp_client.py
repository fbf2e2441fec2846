"""An editor in small: talks the protocol to a real `dagspec lsp` over its standard input and output."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any

SECONDS = 30
CURSOR = "|"


class Editor:
    """One running server. heard: all that it ever said, as text."""

    def __init__(self, root: Path, *arguments: str, encodings: list[str] | None = None) -> None:
        self.root, self.heard, self.notes = root, "", []
        command = [sys.executable, "-m", "dagspec.cli", "lsp", *arguments]
        self.process = subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._messages: Queue[dict[str, Any] | None] = Queue()
        Thread(target=self._listen, daemon=True).start()
        self._versions: dict[str, int] = {}
        self._id = 0
        general = {"general": {"positionEncodings": encodings}} if encodings else {}
        self.capabilities = self.ask("initialize", processId=None, rootUri=None, capabilities=general)["capabilities"]
        self.tell("initialized")

    def _listen(self) -> None:
        stdout = self.process.stdout
        while header := stdout.readline():
            if header.lower().startswith(b"content-length:"):
                length = int(header.split(b":")[1])
            elif header == b"\r\n":
                body = stdout.read(length).decode()
                self.heard += body
                self._messages.put(json.loads(body))
        self._messages.put(None)

    def _send(self, **message: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def _next(self, seconds: float) -> dict[str, Any]:
        message = self._messages.get(timeout=seconds)
        assert message is not None, "the server has ended"
        return message

    def tell(self, method: str, **params: Any) -> None:
        """Send a notification."""
        self._send(method=method, params=params)

    def ask(self, method: str, **params: Any) -> Any:
        """The result of a request; what else the server says meanwhile is kept in `notes`."""
        self._id += 1
        self._send(id=self._id, method=method, params=params)
        while (message := self._next(SECONDS)).get("id") != self._id:
            self.notes.append(message)
        assert "error" not in message, message
        return message["result"]

    def uri(self, name: str) -> str:
        """The URI of a file of the repository."""
        return (self.root / name).as_uri()

    def write(self, name: str, text: str) -> None:
        """Open a file with this text, or replace its text; nothing reaches the disk."""
        uri = self.uri(name)
        version = self._versions[name] = self._versions.get(name, 0) + 1
        if version == 1:
            item = {"uri": uri, "languageId": "yaml", "version": version, "text": text}
            self.tell("textDocument/didOpen", textDocument=item)
        else:
            item = {"uri": uri, "version": version}
            self.tell("textDocument/didChange", textDocument=item, contentChanges=[{"text": text}])

    def save(self, name: str) -> None:
        """Say that a file was saved."""
        self.tell("textDocument/didSave", textDocument={"uri": self.uri(name)})

    def close(self, name: str) -> None:
        """Close a file."""
        del self._versions[name]
        self.tell("textDocument/didClose", textDocument={"uri": self.uri(name)})

    def published(self, name: str) -> dict[str, Any]:
        """The next findings for a file, in its present version if it is open."""
        version = self._versions.get(name)
        others, self.notes = self.notes, []
        while True:
            message = others.pop(0) if others else self._next(SECONDS)
            params = message.get("params", {})
            if params.get("uri") != self.uri(name):
                self.notes.append(message)
            elif version in (None, params.get("version")):
                self.notes += others
                return params

    def diagnostics(self, name: str, text: str) -> list[dict[str, Any]]:
        """The findings for a text."""
        self.write(name, text)
        return self.published(name)["diagnostics"]

    def silent(self, seconds: float) -> bool:
        """Whether the server says nothing for a while."""
        try:
            self.notes.append(self._next(seconds))
        except Empty:
            return True
        return False

    def at(self, name: str, text: str, method: str) -> Any:
        """Ask about the place that `|` marks; the text without it is written first."""
        before, _, after = text.partition(CURSOR)
        self.write(name, before + after)
        line = before.rpartition("\n")[2]
        position = {"line": before.count("\n"), "character": len(line.encode("utf-16-le")) // 2}
        return self.ask(f"textDocument/{method}", textDocument={"uri": self.uri(name)}, position=position)

    def actions(self, name: str, diagnostics: list[dict[str, Any]], **context: Any) -> list[dict[str, Any]]:
        """The code actions of a whole file."""
        range_ = {"start": {"line": 0, "character": 0}, "end": {"line": 9999, "character": 0}}
        context["diagnostics"] = diagnostics
        return self.ask("textDocument/codeAction", textDocument={"uri": self.uri(name)}, range=range_, context=context)

    def formatting(self, name: str) -> Any:
        """The edits that format a file."""
        options = {"tabSize": 4, "insertSpaces": False}
        return self.ask("textDocument/formatting", textDocument={"uri": self.uri(name)}, options=options)

    def stop(self) -> int:
        """End the server as an editor does; returns its exit code."""
        self.ask("shutdown")
        self.tell("exit")
        return self.process.wait(SECONDS)

    def kill(self) -> None:
        """End the server, whatever it does."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        deadline = time.monotonic() + SECONDS
        while self._messages.get(timeout=max(0.1, deadline - time.monotonic())) is not None:
            pass
        self.process.stdout.close()


def applied(text: str, edits: list[dict[str, Any]]) -> str:
    """A text after the edits of the protocol, positions in UTF-16."""
    units = text.encode("utf-16-le")
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len((line + "\n").encode("utf-16-le")))

    def index(position: dict[str, int]) -> int:
        return starts[position["line"]] + 2 * position["character"]

    for edit in sorted(edits, key=lambda edit: index(edit["range"]["start"]), reverse=True):
        start, end = index(edit["range"]["start"]), index(edit["range"]["end"])
        units = units[:start] + edit["newText"].encode("utf-16-le") + units[end:]
    return units.decode("utf-16-le")
