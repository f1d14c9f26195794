"""Answers: what a service says over the net — asked patiently, kept on disk, and refused when it is not data.

A service that is busy or out of order is asked again, later each time, and as late as it wishes; one
request follows another after a pause. What was answered is kept for a month, so that asking again costs
nobody anything. Keys are left out of what is kept and of everything that is said.
"""

import contextlib
import logging
import os
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests_cache import CachedSession
from requests_cache.backends.filesystem import FileCache
from urllib3.exceptions import NewConnectionError
from urllib3.exceptions import TimeoutError as NoAnswerInTime
from urllib3.response import BaseHTTPResponse
from urllib3.util import Retry

from energy_model.common.atomic_write import reason_of
from energy_model.timeseries.data_errors import (
    DataError,
    DataIssue,
    ServiceUnavailableError,
    data_error,
)

CACHE_DIR_VARIABLE = "ENERGY_MODEL_ANSWERS"  # names another folder for answers in the environment
USER_AGENT = "energy_model/0.1 (least-cost energy system of a city)"
BUSY = (408, 429, 500, 502, 503, 504)
UNKNOWN_KEY = (401, 403)
MAX_ATTEMPTS = 5  # that a service is asked before it is given up
LONGEST_WAIT = 60.0  # s, whatever a service wishes
CONNECT, ANSWER = 10.0, 120.0  # s that a connection and an answer may take
CACHE_SECONDS = 30 * 24 * 3600  # s
KEYS = ("apikey", "api-key", "token", "securityToken", "Authorization")  # never kept
BEGINNING = 120  # letters of an answer that are told

# These would write whole addresses, keys and all, into logs.
for talker in ("urllib3", "requests_cache", "entsoe"):
    logging.getLogger(talker).setLevel(logging.ERROR)

back_off = 1.0  # s before asking a third time, twice as long before each further time
pause = 1.0  # s from one request to the next; the services ask for about this


class CachedHttpClient:
    """The answers of one service."""

    def __init__(
        self,
        service: str,
        *,
        again: bool = False,
        secrets: Sequence[str] = (),
        folder: Path | None = None,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Opens the kept answers.

        Args:
            service: Its name, for sentences.
            again: Ask even if the answer is kept.
            secrets: Keys that are taken out of what the service itself says.
            folder: Where answers are kept; without it the user's folder for such things.
            tell: Is told of every question.

        Raises:
            Refusal: The folder cannot be written.
        """
        self.service, self.again = service, again
        self.secrets = [secret for secret in secrets if secret]
        folder = folder or Path(os.environ.get(CACHE_DIR_VARIABLE) or _usual_folder())
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self.session = _Session(
                backend=_Kept(folder, serializer="json", decode_content=False),
                ignored_parameters=list(KEYS),
                filter_fn=_is_data,
                expire_after=CACHE_SECONDS,
            )
        except (OSError, sqlite3.Error) as wrong:
            remedy = (
                f"answers cannot be kept here ({reason_of(wrong)}); name another folder with "
                f"{CACHE_DIR_VARIABLE}"
            )
            raise data_error(str(folder), remedy) from None
        self.session.again, self.session.used = again, set()
        self.session.tell = lambda what: tell(
            f"asking {service}: {what}; asked again, {MAX_ATTEMPTS} times at most, if it is busy"
        )
        self.session.headers["User-Agent"] = USER_AGENT
        patient = _Patient(
            max_retries=_Waiting(
                total=MAX_ATTEMPTS - 1,
                backoff_factor=back_off,
                backoff_max=LONGEST_WAIT,
                status_forcelist=BUSY,
                raise_on_status=False,
            )
        )
        self.session.mount("https://", patient)
        self.session.mount("http://", patient)

    def __enter__(self) -> "CachedHttpClient":
        """Itself; closed at the end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes the kept answers."""
        self.session.close()

    @property
    def as_of(self) -> datetime:
        """When the oldest of the answers was given; now if there is none."""
        return self.session.oldest or datetime.now(UTC)

    def forget(self) -> None:
        """Forgets the answers of this session: they were no good, and may be better another day."""
        self.session.cache.delete(*self.session.used)

    def json(
        self, address: str, parameters: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> Any:
        """The content of an answer in JSON.

        Raises:
            Refusal: There is no answer, the key is not known, or the answer is no whole JSON.
        """
        return self._whole(address, parameters, headers).json()

    def text(self, address: str, parameters: Mapping[str, Any]) -> str:
        """The text of an answer that is whole JSON, for a library that reads it."""
        return self._whole(address, parameters, None).content.decode("utf-8", "replace")

    def _whole(
        self, address: str, parameters: Mapping[str, Any], headers: Mapping[str, str] | None
    ) -> requests.Response:
        """An answer that is whole JSON; one that broke off is asked for again."""
        said: str | None = None
        for attempt in range(MAX_ATTEMPTS):
            if attempt:
                time.sleep(min(back_off * 2 ** (attempt - 1), LONGEST_WAIT))
            try:
                response = self.session.get(
                    address,
                    params=dict(parameters),
                    headers=dict(headers or {}),
                    timeout=(CONNECT, ANSWER),
                    force_refresh=self.again or attempt > 0,
                )
                self.check(response, address)
                response.json()
            except requests.exceptions.JSONDecodeError:
                if response.content.lstrip()[:1] == b"<":
                    raise self._page(response, address) from None
                said = _words(response.content[-BEGINNING:]) or "nothing"
            except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError):  # fmt: skip
                said = "a part"
            except requests.exceptions.RequestException as wrong:
                raise self.no_answer(wrong, address) from None
            else:
                return response
        remedy = (
            f"{address} gives answers that break off before their end; ask again later, or "
            "for less with --variables"
        )
        raise self._unanswered(remedy, self._clean(said or ""))

    def check(self, response: requests.Response, address: str) -> None:
        """Refuses an answer that says no, or that is a page for people."""
        status, _ = response.status_code, response.content  # read, so that the connection is free
        if status in UNKNOWN_KEY:
            remedy = (
                f"{address} does not know the key ({status}); give one it knows with --key, "
                "see energy-model timeseries fetch --list"
            )
            raise self._unanswered(remedy)
        if status in BUSY:
            wait = response.headers.get("Retry-After")
            later = f", and wants {wait} s of peace" if wait else ""
            remedy = (
                f"{address} is busy or out of order ({status}, asked {MAX_ATTEMPTS} "
                f"times{later}); ask again later"
            )
            raise self._unanswered(remedy)
        if status >= HTTPStatus.BAD_REQUEST:
            remedy = (
                f"{address} refuses the request ({status}); see what it says, and whether the "
                "service has changed"
            )
            raise self._unanswered(remedy, self._reason(response))
        if _is_page(response):
            raise self._page(response, address)

    def no_answer(self, wrong: Exception, address: str) -> DataError:
        """The refusal for an answer that did not come; what the library says might hold the key."""
        reason = getattr(next(iter(wrong.args), None), "reason", None)
        late = isinstance(wrong, requests.exceptions.Timeout) or (
            isinstance(reason, NoAnswerInTime) and not isinstance(reason, NewConnectionError)
        )
        why = "does not answer in time" if late else "cannot be reached"
        remedy = (
            f"{address} {why} (tried {MAX_ATTEMPTS} times); look whether the net is there, or "
            "ask again later"
        )
        return self._unanswered(remedy)

    def wrong(self, remedy: str, value: str = "") -> DataError:
        """A refusal that names the service."""
        return data_error(self.service, remedy, self._clean(value))

    def _page(self, response: requests.Response, address: str) -> ServiceUnavailableError:
        said = self._clean(_words(response.content[:BEGINNING]))
        remedy = (
            f"{address} answers with a page for people where data was asked for; look at it "
            "in a browser, or give another --base-url"
        )
        return self._unanswered(remedy, said)

    def _unanswered(self, remedy: str, value: str = "") -> ServiceUnavailableError:
        return ServiceUnavailableError([DataIssue(self.service, remedy, value)])

    def _reason(self, response: requests.Response) -> str:
        """What the service itself says is wrong."""
        try:
            content = response.json()
        except requests.exceptions.JSONDecodeError:
            return self._clean(_words(response.content[:BEGINNING]))
        if isinstance(content, dict):
            known = ("reason", "message", "detail", "description", "error", "title")
            content = next((content[name] for name in known if content.get(name)), content)
        return self._clean(str(content)[: 2 * BEGINNING])

    def _clean(self, text: str) -> str:
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return " ".join(text.split())


class _Session(CachedSession):
    """A session that asks anew if told so, and knows how old its answers are; a library may be handed it."""

    again = False
    tell: Callable[[str], None]
    asked = 0
    oldest: datetime | None = None
    used: set[str]  # keys of the answers

    def request(self, method: str, url: str, *args: Any, **named: Any) -> Any:
        self.asked += 1
        self.tell(f"{urlsplit(url).path.rsplit('/', 1)[-1]}, question {self.asked}")
        named["force_refresh"] = named.get("force_refresh", False) or self.again
        response = super().request(method, url, *args, **named)
        self.used.add(response.cache_key)
        given = response.created_at if response.from_cache else datetime.now(UTC)
        self.oldest = min(given, self.oldest or given)
        return response


class _Kept(FileCache):
    """Answers kept in a folder; one that cannot be kept whole, as on a full disk, is used and not kept."""

    def save_response(
        self,
        response: requests.Response,
        cache_key: str | None = None,
        expires: datetime | None = None,
    ) -> None:
        key = cache_key or self.create_key(response.request)
        try:
            super().save_response(response, key, expires)
        except (
            KeyError,
            OSError,
            sqlite3.Error,
        ):  # the library turns errors of the disk into KeyError
            with contextlib.suppress(KeyError, OSError, sqlite3.Error):
                del self.responses[key]


class _Waiting(Retry):
    """Waits as long as a service wishes, within reason."""

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        wished = super().get_retry_after(response)
        return None if wished is None else min(wished, LONGEST_WAIT)


class _Patient(HTTPAdapter):
    """Keeps a pause between requests that reach the net."""

    last = 0.0

    def send(self, *args: Any, **named: Any) -> requests.Response:
        time.sleep(max(0.0, self.last + pause - time.monotonic()))
        try:
            return super().send(*args, **named)
        finally:
            self.last = time.monotonic()


def _is_data(response: requests.Response) -> bool:
    """Whether an answer is worth keeping: whole, and not a page for people."""
    body = response.content.strip()
    whole = body[:1] + body[-1:] in (b"{}", b"[]", b"<>")
    return whole and not _is_page(response)


def _is_page(response: requests.Response) -> bool:
    """Whether an answer is a page for people, not data."""
    begins = response.content[:BEGINNING].strip().lower()
    return begins[:1] == b"<" and b"html" in begins


def _words(body: bytes) -> str:
    return body.decode("utf-8", "replace").strip()


def _usual_folder() -> str:
    from platformdirs import user_cache_dir

    return user_cache_dir("energy_model", appauthor=False)
