"""Recent results: a computation and a digest of its inputs → its result, computed once while it is recent."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Result = TypeVar("Result")


class RecentResults(Generic[Result]):
    """The results of the most recent keys, shared by the threads of a process.

    A result is shared by all who ask for it, so nobody may change it.
    """

    def __init__(self, max_count: int) -> None:
        self._max_count = max_count
        self._results: OrderedDict[Hashable, Result] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, compute: Callable[[], Result]) -> Result:
        """Returns the result of a key, computed if it is not recent."""
        with self._lock:
            if key in self._results:
                self._results.move_to_end(key)
                return self._results[key]
        result = compute()
        self.put(key, result)
        return result

    def find(self, key: Hashable) -> Result | None:
        """Returns the result of a key; None if it is not recent."""
        with self._lock:
            return self._results.get(key)

    def put(self, key: Hashable, result: Result) -> None:
        """Stores a result and drops the least recent one above the maximum count."""
        with self._lock:
            self._results[key] = result
            self._results.move_to_end(key)
            while len(self._results) > self._max_count:
                self._results.popitem(last=False)
