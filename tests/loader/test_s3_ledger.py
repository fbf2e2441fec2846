"""No object is lost and none is taken twice, wherever the trigger or a run dies."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dagspec.runtime.s3_ledger import RunLedger, TriggerLedger
from dagspec.runtime.s3_messages import LandedObject


class DiedError(Exception):
    """The process that writes is gone."""


class Store:
    """An asset's state store, whose writer may die before one of its writes."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.writes_left = -1

    def get(self, key: str) -> Any:
        return self.values.get(key)

    def set(self, key: str, value: Any) -> None:
        self._write()
        self.values[key] = value

    def delete(self, key: str) -> None:
        self._write()
        self.values.pop(key, None)

    async def aget(self, key: str) -> Any:
        return self.get(key)

    async def aset(self, key: str, value: Any) -> None:
        self.set(key, value)

    def _write(self) -> None:
        if self.writes_left == 0:
            raise DiedError
        self.writes_left -= 1


def landed(number: int) -> LandedObject:
    return LandedObject(bucket="b", key=str(number), uri=f"s3://b/{number}", sequencer=f"{number:04}")


def tell(store: Store, one: LandedObject) -> bool:
    return asyncio.run(TriggerLedger(store).tell(one))


def test_objects_wait_in_the_order_in_which_they_landed() -> None:
    store, ledger = Store(), None
    for number in range(3):
        assert tell(store, landed(number))
    ledger = RunLedger(store)
    assert ledger.waiting() == [landed(0), landed(1), landed(2)]
    ledger.take(landed(0), "first")
    assert ledger.waiting() == [landed(1), landed(2)]
    assert ledger.taken_by(landed(0)) == "first"
    assert asyncio.run(TriggerLedger(store).waiting()) == landed(2)


def test_an_object_that_is_told_of_twice_waits_once_and_never_again_once_it_is_taken() -> None:
    store = Store()
    assert tell(store, landed(0))
    assert tell(store, landed(1))
    assert tell(store, landed(0))
    assert RunLedger(store).waiting() == [landed(0), landed(1)]
    RunLedger(store).take(landed(0), "first")
    assert not tell(store, landed(0))
    RunLedger(store).take(landed(1), "second")
    assert asyncio.run(TriggerLedger(store).waiting()) is None


def take_all(store: Store, taken: dict[int, str], name: str) -> None:
    ledger = RunLedger(store)
    for one in ledger.waiting():
        number = int(one.key)
        # the run is started before it is noted, under an id that is always the same
        assert taken.setdefault(number, one.run_id) == one.run_id, name
        ledger.take(one, one.run_id)


steps = st.tuples(st.sampled_from(["tell", "take"]), st.integers(0, 5), st.integers(-1, 3))


@given(st.lists(steps, max_size=30))
def test_whoever_dies_everything_told_is_taken_in_the_end(story: list[tuple[str, int, int]]) -> None:
    store, told = Store(), set[int]()
    taken: dict[int, str] = {}
    for action, number, writes_left in story:
        store.writes_left = writes_left
        try:
            if action == "take":
                take_all(store, taken, "run")
            else:
                told.add(number)  # the queue keeps the message until it is told
                tell(store, landed(number))
        except DiedError:
            continue
    store.writes_left = -1
    for number in told:
        tell(store, landed(number))  # what was not answered comes again
    take_all(store, taken, "last")
    assert set(taken) == told
    assert RunLedger(store).waiting() == []
