"""Data errors: the reasons why downloaded or measured data cannot be used → one exception."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class DataIssue:
    """One problem of external data: its location, how to solve it, and the value."""

    where: str  # a file, a service, an option
    remedy: str  # a sentence without its full stop
    value: str = ""


class DataError(Exception):
    """Downloaded or measured data cannot be used; `complaints` holds every issue."""

    def __init__(self, complaints: Iterable[DataIssue]) -> None:
        self.complaints = list(complaints)
        super().__init__(
            "; ".join(f"{issue.where}: {issue.value} {issue.remedy}" for issue in self.complaints)
        )


class ServiceUnavailableError(DataError):
    """A service did not answer, or not with data; its earlier responses stay valid in the cache."""


def data_error(where: str, remedy: str, value: object = "") -> DataError:
    """A `DataError` with one issue."""
    return DataError([DataIssue(where, remedy, str(value))])
