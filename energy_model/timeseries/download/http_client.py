"""HTTP client: requests to a service → validated responses, with retries and a cache on disk.

A busy or failing service is retried with increasing delays, and after the delay it asks for; a pause
separates requests. Responses stay in the cache for a month. Keys are removed from the cache and from all
messages.
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

CACHE_DIR_VARIABLE = "ENERGY_MODEL_ANSWERS"  # environment variable of the cache folder
USER_AGENT = "energy_model/0.1 (least-cost energy system of a city)"
BUSY = (408, 429, 500, 502, 503, 504)
UNKNOWN_KEY = (401, 403)
MAX_ATTEMPTS = 5  # of a request before an error
LONGEST_WAIT = 60.0  # s, upper bound of a delay, including one that the service asks for
CONNECT, ANSWER = 10.0, 120.0  # s, timeouts of a connection and of a response
CACHE_SECONDS = 30 * 24 * 3600  # s
KEYS = ("apikey", "api-key", "token", "securityToken", "Authorization")  # never cached
BEGINNING = 120  # characters of a response in a message

# These libraries log whole URLs, including keys.
for talker in ("urllib3", "requests_cache", "entsoe"):
    logging.getLogger(talker).setLevel(logging.ERROR)

back_off = 1.0  # s before the third attempt, doubled before each further one
pause = 1.0  # s between requests; the services ask for about this


class CachedHttpClient:
    """Sends requests to one service and caches its responses on disk."""

    def __init__(
        self,
        service: str,
        *,
        again: bool = False,
        secrets: Sequence[str] = (),
        folder: Path | None = None,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Opens the cache.

        Args:
            service: Its name, for messages.
            again: Send the request even if its response is cached.
            secrets: Keys that are removed from messages of the service.
            folder: The cache folder; None for the user's cache folder.
            tell: Receives a message for every request.

        Raises:
            DataError: The folder cannot be written.
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
        except (OSError, sqlite3.Error) as error:
            remedy = (
                f"answers cannot be kept here ({reason_of(error)}); name another folder with "
                f"{CACHE_DIR_VARIABLE}"
            )
            raise data_error(str(folder), remedy) from None
        self.session.again, self.session.used = again, set()
        self.session.tell = lambda what: tell(
            f"asking {service}: {what}; asked again, {MAX_ATTEMPTS} times at most, if it is busy"
        )
        self.session.headers["User-Agent"] = USER_AGENT
        adapter = _Patient(
            max_retries=_Waiting(
                total=MAX_ATTEMPTS - 1,
                backoff_factor=back_off,
                backoff_max=LONGEST_WAIT,
                status_forcelist=BUSY,
                raise_on_status=False,
            )
        )
        self.session.mount("https://", adapter)
        self.session.mount("http://", adapter)

    def __enter__(self) -> "CachedHttpClient":
        """The client; the cache is closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes the cache."""
        self.session.close()

    @property
    def as_of(self) -> datetime:
        """The time of the oldest response; the current time without responses."""
        return self.session.oldest or datetime.now(UTC)

    def forget(self) -> None:
        """Deletes the responses of this session from the cache, because they cannot be used."""
        self.session.cache.delete(*self.session.used)

    def json(
        self, address: str, parameters: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> Any:
        """The parsed JSON content of a response.

        Raises:
            DataError: There is no response, the key is not valid, or the response is not complete JSON.
        """
        return self._whole(address, parameters, headers).json()

    def text(self, address: str, parameters: Mapping[str, Any]) -> str:
        """The text of a complete JSON response, for a library that parses it; exceptions as for `json`."""
        return self._whole(address, parameters, None).content.decode("utf-8", "replace")

    def _whole(
        self, address: str, parameters: Mapping[str, Any], headers: Mapping[str, str] | None
    ) -> requests.Response:
        """A response of complete JSON; a truncated one is requested again."""
        fragment: str | None = None
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
                fragment = _words(response.content[-BEGINNING:]) or "nothing"
            except (
                requests.exceptions.ChunkedEncodingError,
                requests.exceptions.ContentDecodingError,
            ):
                fragment = "a part"
            except requests.exceptions.RequestException as error:
                raise self.no_answer(error, address) from None
            else:
                return response
        remedy = (
            f"{address} gives answers that break off before their end; ask again later, or "
            "for less with --variables"
        )
        raise self._unanswered(remedy, self._clean(fragment or ""))

    def check(self, response: requests.Response, address: str) -> None:
        """Raises ServiceUnavailableError for an error status or an HTML page."""
        status, _ = (
            response.status_code,
            response.content,
        )  # reads the content, which frees the connection
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
        """The error for a missing response, without the library's message, which may hold the key."""
        reason = getattr(next(iter(wrong.args), None), "reason", None)
        timed_out = isinstance(wrong, requests.exceptions.Timeout) or (
            isinstance(reason, NoAnswerInTime) and not isinstance(reason, NewConnectionError)
        )
        failure = "does not answer in time" if timed_out else "cannot be reached"
        remedy = (
            f"{address} {failure} (tried {MAX_ATTEMPTS} times); look whether the net is there, or "
            "ask again later"
        )
        return self._unanswered(remedy)

    def wrong(self, remedy: str, value: str = "") -> DataError:
        """A DataError that names the service."""
        return data_error(self.service, remedy, self._clean(value))

    def _page(self, response: requests.Response, address: str) -> ServiceUnavailableError:
        beginning = self._clean(_words(response.content[:BEGINNING]))
        remedy = (
            f"{address} answers with a page for people where data was asked for; look at it "
            "in a browser, or give another --base-url"
        )
        return self._unanswered(remedy, beginning)

    def _unanswered(self, remedy: str, value: str = "") -> ServiceUnavailableError:
        return ServiceUnavailableError([DataIssue(self.service, remedy, value)])

    def _reason(self, response: requests.Response) -> str:
        """The service's own error message."""
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
    """A session that can bypass its cache and records the age of its responses; external libraries may use it."""

    again = False
    tell: Callable[[str], None]
    asked = 0
    oldest: datetime | None = None
    used: set[str]  # cache keys of the responses

    def request(self, method: str, url: str, *args: Any, **named: Any) -> Any:
        self.asked += 1
        self.tell(f"{urlsplit(url).path.rsplit('/', 1)[-1]}, question {self.asked}")
        named["force_refresh"] = named.get("force_refresh", False) or self.again
        response = super().request(method, url, *args, **named)
        self.used.add(response.cache_key)
        created_at = response.created_at if response.from_cache else datetime.now(UTC)
        self.oldest = min(created_at, self.oldest or created_at)
        return response


class _Kept(FileCache):
    """A cache on disk; a response that cannot be stored completely, as on a full disk, is used but not cached."""

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
        ):  # the library turns disk errors into KeyError
            with contextlib.suppress(KeyError, OSError, sqlite3.Error):
                del self.responses[key]


class _Waiting(Retry):
    """Retries after the delay that the service asks for, up to `LONGEST_WAIT`."""

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        delay = super().get_retry_after(response)
        return None if delay is None else min(delay, LONGEST_WAIT)


class _Patient(HTTPAdapter):
    """Keeps a pause between requests that reach the network."""

    last = 0.0

    def send(self, *args: Any, **named: Any) -> requests.Response:
        time.sleep(max(0.0, self.last + pause - time.monotonic()))
        try:
            return super().send(*args, **named)
        finally:
            self.last = time.monotonic()


def _is_data(response: requests.Response) -> bool:
    """Whether a response can be cached: it is complete, and not an HTML page."""
    body = response.content.strip()
    complete = body[:1] + body[-1:] in (b"{}", b"[]", b"<>")
    return complete and not _is_page(response)


def _is_page(response: requests.Response) -> bool:
    """Whether a response is an HTML page."""
    beginning = response.content[:BEGINNING].strip().lower()
    return beginning[:1] == b"<" and b"html" in beginning


def _words(body: bytes) -> str:
    return body.decode("utf-8", "replace").strip()


def _usual_folder() -> str:
    from platformdirs import user_cache_dir

    return user_cache_dir("energy_model", appauthor=False)
