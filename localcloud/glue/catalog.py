"""What a crawl changes in the Data Catalog: tables and partitions made, updated, taken away."""

from __future__ import annotations

import hashlib
from typing import Any

from moto.core.utils import unix_time_millis, utcnow
from moto.glue import models

from localcloud.glue import tables
from localcloud.glue.discovery import FoundTable

_OWNER = "UPDATED_BY_CRAWLER"
_DEPRECATED = "DEPRECATED_BY_CRAWLER"


class CatalogWriter:
    """Writes the tables of one crawl, and counts them."""

    def __init__(self, crawler: models.FakeCrawler) -> None:
        self.created = self.updated = self.deleted = 0
        self._crawler = crawler
        self._backend = crawler.backend
        self._policy = crawler.schema_change_policy or {}
        self._database = self._open_database()

    def write(self, found: list[FoundTable]) -> None:
        """Bring the database in line with what was found."""
        names = {self._write_table(table) for table in found}
        for name, table in list(self._database.tables.items()):
            ours = _latest(table).get("Parameters", {}).get(_OWNER) == self._crawler.name
            if ours and name not in names:
                self._retire(name, table)

    def _open_database(self) -> models.FakeDatabase:
        """The crawler's database, made if it is not there, as Glue does it."""
        name = self._crawler.database_name or "default"
        if name not in self._backend.databases:
            self._backend.create_database(name, {"Name": name})
        return self._backend.databases[name]

    def _write_table(self, found: FoundTable) -> str:
        name = self._free_name(found)
        wanted = tables.table_input(found, name, self._crawler.name)
        known = self._database.tables.get(name)
        if known is None:
            known = self._backend.create_table(self._database.name, name, wanted)
            self.created += 1
        elif _latest(known) != wanted and self._policy.get("UpdateBehavior") != "LOG":
            known.update(wanted)
            self.updated += 1
        self._write_partitions(known, tables.partition_inputs(found, wanted))
        return name

    def _free_name(self, found: FoundTable) -> str:
        """The table's name, with a hash behind it if the name belongs to data elsewhere."""
        name = tables.table_name(self._crawler.table_prefix or "", found.name)
        known = self._database.tables.get(name)
        if known is None or _location(known) == found.location.rstrip("/"):
            return name
        return f"{name}_{hashlib.sha256(found.location.encode()).hexdigest()[:8]}"

    def _write_partitions(self, table: models.FakeTable, wanted: list[dict[str, Any]]) -> None:
        inputs = {str(one["Values"]): one for one in wanted}
        for values in [values for values in table.partitions if values not in inputs]:
            del table.partitions[values]
        for values, one in inputs.items():
            if values not in table.partitions:
                table.create_partition(one)
            else:
                table.update_partition(one["Values"], one)

    def _retire(self, name: str, table: models.FakeTable) -> None:
        """Do with a table without files what DeleteBehavior says."""
        behavior = self._policy.get("DeleteBehavior", "DEPRECATE_IN_DATABASE")
        latest = _latest(table)
        if behavior == "DELETE_FROM_DATABASE":
            self._backend.delete_table(self._database.name, name)
            self.deleted += 1
        elif behavior == "DEPRECATE_IN_DATABASE" and _DEPRECATED not in latest["Parameters"]:
            now = str(int(unix_time_millis(utcnow())))
            table.update({**latest, "Parameters": {**latest["Parameters"], _DEPRECATED: now}})
            self.updated += 1


def _latest(table: models.FakeTable) -> dict[str, Any]:
    latest: dict[str, Any] = table.get_version(str(table._current_version))
    return latest


def _location(table: models.FakeTable) -> str:
    return str(_latest(table).get("StorageDescriptor", {}).get("Location", "")).rstrip("/")
