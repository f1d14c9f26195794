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
from energy_model.timeseries.errors import DataError, ServiceUnavailableError

CACHE_DIR_VARIABLE = "ENERGY_MODEL_ANSWERS"  # environment variable of the cache folder
USER_AGENT = "energy_model/0.1 (least-cost energy system of a city)"
BUSY_STATUSES = (408, 429, 500, 502, 503, 504)
INVALID_KEY_STATUSES = (401, 403)
MAX_ATTEMPTS = 5  # of a request before an error
MAX_DELAY_SECONDS = 60.0  # upper bound of a delay, including one that the service asks for
CONNECT_TIMEOUT, RESPONSE_TIMEOUT = 10.0, 120.0  # s, timeouts of a connection and of a response
CACHE_SECONDS = 30 * 24 * 3600  # s
KEY_PARAMETERS = ("apikey", "api-key", "token", "securityToken", "Authorization")  # never cached
MAX_EXCERPT_CHARACTERS = 120  # characters of a response in a message

# These libraries log whole URLs, including keys.
for library in ("urllib3", "requests_cache", "entsoe"):
    logging.getLogger(library).setLevel(logging.ERROR)

first_delay = 1.0  # s before the third attempt, doubled before each further one
request_pause = 1.0  # s between requests; the services ask for about this


class CachedHttpClient:
    """Sends requests to one service and caches its responses on disk."""

    def __init__(
        self,
        service: str,
        *,
        refresh: bool = False,
        secrets: Sequence[str] = (),
        folder: Path | None = None,
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Opens the cache.

        Args:
            service: Its name, for messages.
            refresh: Send the request even if its response is cached.
            secrets: Keys that are removed from messages of the service.
            folder: The cache folder; None for the user's cache folder.
            progress: Receives a message for every request.

        Raises:
            DataError: The folder cannot be written.
        """
        self.service, self.refresh = service, refresh
        self.secrets = [secret for secret in secrets if secret]
        folder = folder or Path(os.environ.get(CACHE_DIR_VARIABLE) or _default_folder())
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self.session = _Session(
                backend=_DiskCache(folder, serializer="json", decode_content=False),
                ignored_parameters=list(KEY_PARAMETERS),
                filter_fn=_is_data,
                expire_after=CACHE_SECONDS,
            )
        except (OSError, sqlite3.Error) as error:
            remedy = (
                f"responses cannot be cached here ({reason_of(error)}); name another folder with "
                f"{CACHE_DIR_VARIABLE}"
            )
            raise DataError.at(str(folder), remedy) from None
        self.session.refresh, self.session.cache_keys = refresh, set()
        self.session.progress = lambda what: progress(f"requesting data from {service}: {what}")
        self.session.headers["User-Agent"] = USER_AGENT
        adapter = _PausingAdapter(
            max_retries=_BoundedRetry(
                total=MAX_ATTEMPTS - 1,
                backoff_factor=first_delay,
                backoff_max=MAX_DELAY_SECONDS,
                status_forcelist=BUSY_STATUSES,
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
        self.session.cache.delete(*self.session.cache_keys)

    def json(
        self, address: str, parameters: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> Any:
        """The parsed JSON content of a response.

        Raises:
            DataError: There is no response, the key is not valid, or the response is not complete JSON.
        """
        return self._complete_response(address, parameters, headers).json()

    def text(self, address: str, parameters: Mapping[str, Any]) -> str:
        """The text of a complete JSON response, for a library that parses it; exceptions as for `json`."""
        return self._complete_response(address, parameters, None).content.decode("utf-8", "replace")

    def _complete_response(
        self, address: str, parameters: Mapping[str, Any], headers: Mapping[str, str] | None
    ) -> requests.Response:
        """A response of complete JSON; a truncated one is requested again."""
        fragment: str | None = None
        for attempt in range(MAX_ATTEMPTS):
            if attempt:
                time.sleep(min(first_delay * 2 ** (attempt - 1), MAX_DELAY_SECONDS))
            try:
                response = self.session.get(
                    address,
                    params=dict(parameters),
                    headers=dict(headers or {}),
                    timeout=(CONNECT_TIMEOUT, RESPONSE_TIMEOUT),
                    force_refresh=self.refresh or attempt > 0,
                )
                self.check(response, address)
                response.json()
            except requests.exceptions.JSONDecodeError:
                if response.content.lstrip()[:1] == b"<":
                    raise self._page_error(response, address) from None
                fragment = _decoded(response.content[-MAX_EXCERPT_CHARACTERS:]) or "nothing"
            except (
                requests.exceptions.ChunkedEncodingError,
                requests.exceptions.ContentDecodingError,
            ):
                fragment = "a part of the response"
            except requests.exceptions.RequestException as error:
                raise self.no_response(error, address) from None
            else:
                return response
        remedy = (
            f"{address} returns incomplete responses; try again later, or request less with "
            "--variables"
        )
        raise self._unavailable(remedy, self._clean(fragment or ""))

    def check(self, response: requests.Response, address: str) -> None:
        """Raises ServiceUnavailableError for an error status or an HTML page."""
        status = response.status_code
        _ = response.content  # reads the content, which frees the connection
        if status in INVALID_KEY_STATUSES:
            remedy = (
                f"{address} rejects the key ({status}); write a valid one with --key, "
                "see energy-model timeseries fetch --list"
            )
            raise self._unavailable(remedy)
        if status in BUSY_STATUSES:
            wait = response.headers.get("Retry-After")
            later = f"; it asks to wait {wait} s" if wait else ""
            remedy = (
                f"{address} is busy or out of order ({status} after {MAX_ATTEMPTS} "
                f"attempts{later}); try again later"
            )
            raise self._unavailable(remedy)
        if status >= HTTPStatus.BAD_REQUEST:
            remedy = (
                f"{address} refuses the request ({status}); see its message, and check whether "
                "the service has changed"
            )
            raise self._unavailable(remedy, self._reason(response))
        if _is_page(response):
            raise self._page_error(response, address)

    def no_response(self, error: Exception, address: str) -> DataError:
        """The error for a missing response, without the library's message, which may contain the key."""
        reason = getattr(next(iter(error.args), None), "reason", None)
        timed_out = isinstance(error, requests.exceptions.Timeout) or (
            isinstance(reason, NoAnswerInTime) and not isinstance(reason, NewConnectionError)
        )
        failure = "does not respond in time" if timed_out else "cannot be reached"
        remedy = (
            f"{address} {failure} ({MAX_ATTEMPTS} attempts); check the network connection, or "
            "try again later"
        )
        return self._unavailable(remedy)

    def error(self, remedy: str, value: str = "") -> DataError:
        """A DataError that names the service."""
        return DataError.at(self.service, remedy, value=self._clean(value))

    def _page_error(self, response: requests.Response, address: str) -> ServiceUnavailableError:
        beginning = self._clean(_decoded(response.content[:MAX_EXCERPT_CHARACTERS]))
        remedy = (
            f"{address} returns a web page instead of data; open it in a browser, or write "
            "another --base-url"
        )
        return self._unavailable(remedy, beginning)

    def _unavailable(self, remedy: str, value: str = "") -> ServiceUnavailableError:
        return ServiceUnavailableError.at(self.service, remedy, value=value)

    def _reason(self, response: requests.Response) -> str:
        """The service's own error message."""
        try:
            content = response.json()
        except requests.exceptions.JSONDecodeError:
            return self._clean(_decoded(response.content[:MAX_EXCERPT_CHARACTERS]))
        if isinstance(content, dict):
            fields = ("reason", "message", "detail", "description", "error", "title")
            content = next((content[name] for name in fields if content.get(name)), content)
        return self._clean(str(content)[: 2 * MAX_EXCERPT_CHARACTERS])

    def _clean(self, text: str) -> str:
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return " ".join(text.split())


class _Session(CachedSession):
    """A session that can bypass its cache and records the age of its responses; external libraries may use it."""

    refresh = False
    progress: Callable[[str], None]
    request_count = 0
    oldest: datetime | None = None
    cache_keys: set[str]  # cache keys of the responses

    def request(self, method: str, url: str, *args: Any, **options: Any) -> Any:  # type: ignore[override]
        self.request_count += 1
        self.progress(f"{urlsplit(url).path.rsplit('/', 1)[-1]} (request {self.request_count})")
        options["force_refresh"] = options.get("force_refresh", False) or self.refresh
        response = super().request(method, url, *args, **options)
        self.cache_keys.add(response.cache_key)
        created_at = response.created_at if response.from_cache else datetime.now(UTC)
        self.oldest = min(created_at, self.oldest or created_at)
        return response


class _DiskCache(FileCache):
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
        except (KeyError, OSError, sqlite3.Error):  # the library turns disk errors into KeyError
            with contextlib.suppress(KeyError, OSError, sqlite3.Error):
                del self.responses[key]


class _BoundedRetry(Retry):
    """Retries after the delay that the service asks for, up to `MAX_DELAY_SECONDS`."""

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        delay = super().get_retry_after(response)
        return None if delay is None else min(delay, MAX_DELAY_SECONDS)


class _PausingAdapter(HTTPAdapter):
    """Keeps a pause between requests that reach the network."""

    last = 0.0

    def send(self, *args: Any, **options: Any) -> requests.Response:
        time.sleep(max(0.0, self.last + request_pause - time.monotonic()))
        try:
            return super().send(*args, **options)
        finally:
            self.last = time.monotonic()


def _is_data(response: requests.Response) -> bool:
    """Whether a response can be cached: it is complete, and not an HTML page."""
    body = response.content.strip()
    complete = body[:1] + body[-1:] in (b"{}", b"[]", b"<>")
    return complete and not _is_page(response)


def _is_page(response: requests.Response) -> bool:
    """Whether a response is an HTML page."""
    beginning = response.content[:MAX_EXCERPT_CHARACTERS].strip().lower()
    return beginning[:1] == b"<" and b"html" in beginning


def _decoded(body: bytes) -> str:
    return body.decode("utf-8", "replace").strip()


def _default_folder() -> str:
    from platformdirs import user_cache_dir

    return user_cache_dir("energy_model", appauthor=False)
