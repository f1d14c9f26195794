"""Refusal: why something from outside cannot be used, said so that whoever asked can mend it."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class DataIssue:
    """One thing that is wrong: where, what would be right, and what is given."""

    where: str  # a file, a service, an option
    remedy: str  # a sentence without its full stop
    value: str = ""


class DataError(Exception):
    """What was fetched or measured cannot be used; holds every complaint found."""

    def __init__(self, complaints: Iterable[DataIssue]) -> None:
        self.complaints = list(complaints)
        super().__init__(
            "; ".join(f"{one.where}: {one.value} {one.remedy}" for one in self.complaints)
        )


class ServiceUnavailableError(DataError):
    """A service did not answer, or not with data; what it answered before is good."""


def data_error(where: str, remedy: str, value: object = "") -> DataError:
    """A refusal for one reason."""
    return DataError([DataIssue(where, remedy, str(value))])
