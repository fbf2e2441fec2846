"""Which objects an asset's trigger has told of, and which runs have taken them.

Airflow joins events that come together to one run, and events that come while that run is not made yet get none. So the
trigger writes each object down before it tells Airflow, in the asset's state store, and each run looks there.

Keys: `s3_object:head` the newest entry; `s3_object:told:<event>` each entry behind it, which names the one before;
`s3_object:taken:<event>` the run. The trigger alone writes entries, and one task at a time takes them.
"""

from __future__ import annotations

from typing import Any

import msgspec

from dagspec.runtime.s3_messages import LandedObject

HEAD = "s3_object:head"
TOLD = "s3_object:told:"
TAKEN = "s3_object:taken:"


class Entry(msgspec.Struct, frozen=True):
    """One object of the trigger's list; `previous` is the event id of the one before, "" for the first."""

    landed: LandedObject
    previous: str = ""

    @property
    def id(self) -> str:
        """The event's id."""
        return self.landed.event_id


class TriggerLedger:
    """What the trigger does. store: the asset's state store, by its asynchronous methods."""

    def __init__(self, store: Any) -> None:
        self.store = store

    async def tell(self, landed: LandedObject) -> bool:
        """Write an object down unless it is; return whether it still waits for a run."""
        if await self.store.aget(TAKEN + landed.event_id):
            return False
        head = await self._head()
        is_known = head is not None and head.id == landed.event_id
        if not is_known and await self.store.aget(TOLD + landed.event_id) is None:
            await self._push(landed, head)
        return True

    async def waiting(self) -> LandedObject | None:
        """The newest object, if no run has taken it."""
        head = await self._head()
        return None if head is None or await self.store.aget(TAKEN + head.id) else head.landed

    async def _push(self, landed: LandedObject, head: Entry | None) -> None:
        # in this order nothing is lost whenever the triggerer dies
        if head:
            await self.store.aset(TOLD + head.id, msgspec.to_builtins(head))
        await self.store.aset(HEAD, msgspec.to_builtins(Entry(landed, head.id if head else "")))

    async def _head(self) -> Entry | None:
        return _entry(await self.store.aget(HEAD))


class RunLedger:
    """What a run's task does. store: the asset's state store."""

    def __init__(self, store: Any) -> None:
        self.store = store

    def waiting(self) -> list[LandedObject]:
        """The objects that no run has taken, the oldest first."""
        found: list[LandedObject] = []
        entry = _entry(self.store.get(HEAD))
        while entry and not self.taken_by(entry.landed):
            found.append(entry.landed)
            entry = _entry(self.store.get(TOLD + entry.previous)) if entry.previous else None
        return found[::-1]

    def taken_by(self, landed: LandedObject) -> str:
        """The run that has taken an object; "" when none has."""
        return str(self.store.get(TAKEN + landed.event_id) or "")

    def take(self, landed: LandedObject, run_id: str) -> None:
        """Note the run of an object. Always the oldest first: all before a taken one are taken."""
        self.store.set(TAKEN + landed.event_id, run_id)
        self.store.delete(TOLD + landed.event_id)


def _entry(value: Any) -> Entry | None:
    return msgspec.convert(value, Entry) if value else None
