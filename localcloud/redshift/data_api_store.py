"""Statements on disk: one JSON file each, with its result sets beside it, kept for a day."""

from __future__ import annotations

import time
from pathlib import Path

from localcloud.redshift.control_state import StateFile
from localcloud.redshift.data_api_results import Results
from localcloud.redshift.data_api_statement import FAILED, Statement

_KEPT_SECONDS = 24 * 3600
SERVER_STOPPED = "ERROR: the local cloud stopped while the statement was running"


class Store:
    """One region's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.results = Results(folder)

    def save(self, statement: Statement) -> None:
        """Keep a statement as it is now."""
        StateFile(self.folder / f"{statement.id}.json").write(statement.as_record())

    def load(self) -> dict[str, Statement]:
        """What an earlier server left, by id. What ran then is FAILED now; what is a day old is removed."""
        statements: dict[str, Statement] = {}
        for file in self.folder.glob("*.json"):
            record = StateFile(file).read()
            if record is None:
                continue
            statement = Statement.from_record(record)
            if statement.created < time.time() - _KEPT_SECONDS:
                self._remove(statement, file)
            else:
                statements[statement.id] = statement
                self._end_lost(statement)
        return statements

    def _end_lost(self, statement: Statement) -> None:
        if not statement.has_ended:
            statement.enter(FAILED, SERVER_STOPPED)
            self.save(statement)

    def _remove(self, statement: Statement, file: Path) -> None:
        for query in statement.queries:
            self.results.remove(query)
        file.unlink()
