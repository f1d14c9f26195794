"""Refusal: why something from outside cannot be used, said so that whoever asked can mend it."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Complaint:
    """One thing that is wrong: where, what would be right, and what is given."""

    where: str  # a file, a service, an option
    remedy: str  # a sentence without its full stop
    value: str = ""


class Refusal(Exception):
    """What was fetched or measured cannot be used; holds every complaint found."""

    def __init__(self, complaints: Iterable[Complaint]) -> None:
        self.complaints = list(complaints)
        super().__init__(
            "; ".join(f"{one.where}: {one.value} {one.remedy}" for one in self.complaints)
        )


class Unanswered(Refusal):
    """A service did not answer, or not with data; what it answered before is good."""


def refused(where: str, remedy: str, value: object = "") -> Refusal:
    """A refusal for one reason."""
    return Refusal([Complaint(where, remedy, str(value))])
