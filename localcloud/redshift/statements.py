"""What a statement of Redshift becomes: a text for PostgreSQL, or an action of this proxy."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from localcloud.redshift import messages
from localcloud.redshift.backend import IDLE, Backend
from localcloud.redshift.messages import Message

Connect = Callable[[], "psycopg.Connection[tuple[object, ...]]"]


@dataclass
class Context:
    """What an action works with: the session's connection, the bucket folders, a way to connect apart from the
    session's transaction, the session's settings.
    """

    backend: Backend
    s3: Path
    connect: Connect
    case_sensitive: bool = False
    notices: list[Message] = field(default_factory=list)

    def notice(self, text: str, severity: str = "INFO") -> None:
        """Tell the client something beside the result."""
        self.notices.append(messages.notice(text, severity))

    def take_notices(self) -> list[Message]:
        """All notices since the last call, also PostgreSQL's."""
        taken = [*self.backend.notices, *self.notices]
        self.backend.notices.clear()
        self.notices.clear()
        return taken


@dataclass(frozen=True)
class Plain:
    """A text that PostgreSQL runs as it is."""

    sql: str


class Action(ABC):
    """A statement that needs more than one text, or none."""

    @abstractmethod
    async def run(self, context: Context) -> str:
        """Do it; the command tag. SqlError or BackendError if it fails, with nothing left behind."""


Statement = Plain | Action


@dataclass(frozen=True)
class Ignored(Action):
    """A statement without a meaning here: accepted, and the client is told."""

    tag: str
    what: str

    async def run(self, context: Context) -> str:
        """Only a notice."""
        context.notice(f"the local Redshift accepts and ignores {self.what}", "NOTICE")
        return self.tag


@dataclass(frozen=True)
class Script(Action):
    """Several texts that succeed or fail together."""

    tag: str
    texts: tuple[str, ...]

    async def run(self, context: Context) -> str:
        """Run all in one message, which PostgreSQL makes one transaction."""
        await context.backend.run(";\n".join(self.texts))
        return self.tag


@dataclass(frozen=True)
class Truncate(Action):
    """TRUNCATE, which in Redshift commits the transaction that it stands in."""

    text: str

    async def run(self, context: Context) -> str:
        """Truncate, then commit what is open."""
        await context.backend.run(self.text)
        if context.backend.status != IDLE:
            await context.backend.run("COMMIT")
            context.notice("TRUNCATE commits the transaction, as on Redshift", "NOTICE")
        return "TRUNCATE TABLE"
