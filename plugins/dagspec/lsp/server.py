"""The wiring: which request of the protocol is answered by which module."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from typing import TypeVar

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from dagspec import __version__
from dagspec.lint_result import Options
from dagspec.lsp.actions import KINDS, code_actions
from dagspec.lsp.completion import TRIGGERS, complete
from dagspec.lsp.definition import definitions
from dagspec.lsp.diagnostics import diagnostic, find_problems
from dagspec.lsp.documents import Document, Documents
from dagspec.lsp.formatting import format_document
from dagspec.lsp.hover import hover
from dagspec.lsp.outline import Outline
from dagspec.lsp.scope import Scope
from dagspec.problem import Problem

T = TypeVar("T")
PAUSE = 0.2  # seconds without a key stroke before a text is checked


class Server(LanguageServer):
    """The server and the open files of its one editor. Checks run beside the requests, one at a time."""

    def __init__(self, options: Options) -> None:
        # whole texts: editors do not agree on what ends a line inside a change, and specs are small
        super().__init__("dagspec", __version__, text_document_sync_kind=types.TextDocumentSyncKind.Full)
        self.options = options
        self.documents = Documents()
        self.findings: dict[str, tuple[Document, list[Problem]]] = {}
        self._pending: dict[str, asyncio.Task[None]] = {}
        self._worker = ThreadPoolExecutor(max_workers=1)

    def take(self, item: types.TextDocumentItem | types.VersionedTextDocumentIdentifier, text: str) -> Document | None:
        """Take the text of a file that was opened or changed."""
        encoding = self.workspace.position_encoding
        self.documents.encoding = encoding.value if isinstance(encoding, Enum) else encoding or "utf-16"
        return self.documents.put(item.uri, text, item.version)

    def check(self, document: Document, pause: float) -> None:
        """Check a file after a pause; all open ones of its repository when it holds for them all."""
        concerned = [document] if document.kind == "spec" else self.documents.of(document.root)
        for one in concerned:
            self.forget(one.uri)
            self._pending[one.uri] = asyncio.get_running_loop().create_task(self._check(one.uri, pause))

    def forget(self, uri: str) -> None:
        """Drop a check that has not told its findings yet."""
        if pending := self._pending.pop(uri, None):
            pending.cancel()

    async def _check(self, uri: str, pause: float) -> None:
        await asyncio.sleep(pause)
        document = self.documents.get(uri)
        if document is None:
            return
        loop = asyncio.get_running_loop()
        problems, shown = await loop.run_in_executor(self._worker, self._find, document)
        if self.documents.get(uri) is not document:
            return  # it was changed or closed in the meantime
        self.findings[uri] = document, problems
        self.publish(uri, shown, document.version)

    def _find(self, document: Document) -> tuple[list[Problem], list[types.Diagnostic]]:
        problems = find_problems(document, self.documents, self.options)
        return problems, [diagnostic(problem, document, self.documents) for problem in problems]

    def publish(self, uri: str, diagnostics: list[types.Diagnostic], version: int | None = None) -> None:
        """Show these findings, and no others, at a file."""
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, diagnostics, version))

    def problems(self, document: Document) -> list[Problem]:
        """The findings for exactly this text."""
        checked, problems = self.findings.get(document.uri, (None, []))
        return problems if checked is document else find_problems(document, self.documents, self.options)

    def formatted(self, document: Document) -> list[types.TextEdit]:
        """The edits that format a file; what stands in the way is shown."""
        edits, reasons = format_document(document)
        for reason in reasons:
            self.window_show_message(types.ShowMessageParams(types.MessageType.Warning, reason))
        return edits

    def scope(self, document: Document) -> Scope:
        """What the names in a file mean."""
        environments = self.documents.readable_environments(document.root)
        return Scope(document, environments, Outline(document.source.text))


def make_server(options: Options) -> Server:
    """A server that answers all that dagspec can."""
    server = Server(options)
    _add_files(server)
    _add_requests(server)
    return server


def _add_files(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(ls: Server, params: types.DidOpenTextDocumentParams) -> None:
        if document := ls.take(params.text_document, params.text_document.text):
            ls.check(document, 0)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(ls: Server, params: types.DidChangeTextDocumentParams) -> None:
        if params.content_changes and (document := ls.take(params.text_document, params.content_changes[-1].text)):
            ls.check(document, PAUSE)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(ls: Server, params: types.DidSaveTextDocumentParams) -> None:
        if document := ls.documents.get(params.text_document.uri):
            ls.check(document, 0)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(ls: Server, params: types.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        ls.forget(uri)
        ls.documents.remove(uri)
        ls.findings.pop(uri, None)
        ls.publish(uri, [])


def _add_requests(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=TRIGGERS))
    def completion(ls: Server, params: types.CompletionParams) -> types.CompletionList | None:
        return _answer(
            ls, params.text_document, lambda document: complete(document, params.position, ls.scope(document))
        )

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hovered(ls: Server, params: types.HoverParams) -> types.Hover | None:
        return _answer(ls, params.text_document, lambda document: hover(document, params.position, ls.scope(document)))

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def definition(ls: Server, params: types.DefinitionParams) -> list[types.Location] | None:
        def answer(document: Document) -> list[types.Location]:
            return definitions(document, params.position, ls.scope(document), ls.documents)

        return _answer(ls, params.text_document, answer)

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=KINDS))
    def actions(ls: Server, params: types.CodeActionParams) -> list[types.CodeAction] | None:
        document = ls.documents.get(params.text_document.uri)
        return list(code_actions(document, ls.problems(document), params)) if document else None

    @server.feature(types.TEXT_DOCUMENT_FORMATTING)
    def formatting(ls: Server, params: types.DocumentFormattingParams) -> list[types.TextEdit] | None:
        return _answer(ls, params.text_document, ls.formatted)


def _answer(ls: Server, file: types.TextDocumentIdentifier, answer: Callable[[Document], T]) -> T | None:
    document = ls.documents.get(file.uri)
    return answer(document) if document else None


def serve(options: Options) -> None:
    """Talk to one editor over standard input and output until it ends."""
    server, stdout = make_server(options), sys.stdout.buffer
    with contextlib.redirect_stdout(sys.stderr):  # a stray print would end the conversation
        server.start_io(sys.stdin.buffer, stdout)
