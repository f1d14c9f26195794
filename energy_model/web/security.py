"""Gate: who may come in, from where, and what a browser may do with what it gets.

Without a password only this machine is served. Names in ``Host`` are checked, so that no other site can point its own
name at this server, and every post must come from a page of this server.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
import secrets
import time
from collections import defaultdict, deque
from datetime import timedelta
from urllib.parse import urlsplit

import flask

from energy_model.web.language import LANGUAGES, say

MAX_TRIES, TRIES_WINDOW_SECONDS = 5, 60.0  # wrong passwords from one address within so many seconds
MAX_TRIES_IN_ALL = 50  # within the same time, from anywhere
LOOPBACK = ("localhost", "127.0.0.1", "::1")
MAX_REQUEST_BYTES = 2_000_000  # bytes of a request
FORM_CSP = "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; frame-ancestors 'self'; base-uri 'none'"


class AccessControl:
    """The checks before every request and the headers after it."""

    def __init__(
        self, server: flask.Flask, secret: str, password: str | None, names: set[str]
    ) -> None:
        self.password, self.names = password, names
        self.policy = "default-src 'self'"  # the application tells what it needs
        self._wrong: dict[str, deque[float]] = defaultdict(deque)
        self._mark = hmac.new(
            secret.encode(), (password or "").encode(), hashlib.sha256
        ).hexdigest()
        server.secret_key = secret
        server.config.update(
            SESSION_COOKIE_NAME="workbench", SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Strict",
            PERMANENT_SESSION_LIFETIME=timedelta(days=180), MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        )  # fmt: skip
        server.before_request(self.before)
        server.after_request(self.after)
        server.add_url_rule("/login", "login", self.login, methods=["GET", "POST"])
        server.add_url_rule("/language/<wanted>", "language", self.speak)

    # --- before -----------------------------------------------------------------------------------

    def before(self) -> flask.Response | tuple[str, int] | None:
        """What a request is answered at the gate; nothing if it may go on."""
        request = flask.request
        if not self._is_ours(request.host):
            return self._refused("This server is not called by that name. Open the address it printed when it began.", 421)  # fmt: skip
        if (request.content_length or 0) > MAX_REQUEST_BYTES:
            return self._refused("This is more than a page may send.", 413)
        if request.method not in ("GET", "HEAD", "OPTIONS") and not self._is_own_page():
            return self._refused("This was sent from a page of another site, and is not done.", 403)
        if self.password is not None and not self._is_in() and request.endpoint != "login" and not request.path.startswith("/assets/workbench.css"):  # fmt: skip
            if request.method == "GET" and not request.path.startswith("/_"):
                return flask.redirect("/login")
            return self._refused("Log in first: load the page again.", 401)
        if "person" not in flask.session:
            flask.session.permanent = True
            flask.session["person"] = secrets.token_hex(16)
        return None

    def _is_ours(self, host: str) -> bool:
        """Whether a name in ``Host`` is one this server goes by."""
        name = (urlsplit(f"//{host}").hostname or "").lower()
        if name in self.names:
            return True
        if self.password is None:
            return False
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True  # a number cannot be pointed elsewhere, as a name can

    @staticmethod
    def _is_own_page() -> bool:
        origin = flask.request.headers.get("Origin")
        if not origin or origin == "null":
            return False
        return urlsplit(origin).netloc.lower() == flask.request.host.lower()

    @staticmethod
    def _refused(sentence: str, code: int) -> flask.Response:
        return flask.Response(say(sentence, language()), code, mimetype="text/plain")

    # --- password ---------------------------------------------------------------------------------

    def _is_in(self) -> bool:
        return hmac.compare_digest(str(flask.session.get("in", "")), self._mark)

    def login(self) -> flask.Response | tuple[str, int]:
        """The page that asks for the password, and what it does with it."""
        if self.password is None or self._is_in():
            return flask.redirect("/")
        if flask.request.method == "GET":
            return self._form("")
        where, now = flask.request.remote_addr or "", time.monotonic()
        if self._too_many(where, now):
            return self._form("Too many wrong tries; wait a minute.", 429)
        given = flask.request.form.get("password", "")
        if hmac.compare_digest(given.encode(), self.password.encode()):
            self._wrong.pop(where, None)
            flask.session.permanent = True
            flask.session["in"] = self._mark
            flask.session.setdefault("person", secrets.token_hex(16))
            return flask.redirect("/")
        self._wrong[where].append(now)
        return self._form("That is not the password.", 403)

    def _too_many(self, where: str, now: float) -> bool:
        for address, times in list(self._wrong.items()):
            while times and now - times[0] > TRIES_WINDOW_SECONDS:
                times.popleft()
            if not times:
                del self._wrong[address]
        in_all = sum(map(len, self._wrong.values()))
        return len(self._wrong.get(where, ())) >= MAX_TRIES or in_all >= MAX_TRIES_IN_ALL

    def _form(self, sentence: str, code: int = 200) -> flask.Response:
        spoken = language()
        page = flask.render_template_string(
            FORM, language=spoken, heading=say("Energy workbench", spoken), label=say("Password", spoken),
            button=say("Log in", spoken), sentence=say(sentence, spoken) if sentence else "",
        )  # fmt: skip
        answer = flask.Response(page, code)
        answer.headers["Content-Security-Policy"] = FORM_CSP
        return answer

    # --- after ------------------------------------------------------------------------------------

    @staticmethod
    def speak(wanted: str) -> flask.Response:
        """Changes the language and goes back to the page it was asked from."""
        before = urlsplit(flask.request.headers.get("Referer", ""))
        path = before.path if re.fullmatch(r"/[a-z0-9_/]*", before.path) and not before.path.startswith("//") else "/"  # fmt: skip
        answer = flask.redirect(path if before.netloc == flask.request.host else "/")
        if wanted in LANGUAGES:
            answer.set_cookie("language", wanted, max_age=31_536_000, httponly=True, samesite="Strict")  # fmt: skip
        return answer

    def after(self, answer: flask.Response) -> flask.Response:
        """The headers of every answer."""
        headers = answer.headers
        headers.setdefault("Content-Security-Policy", self.policy)
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        if "Cache-Control" not in headers:
            headers["Cache-Control"] = "no-store"
        headers.pop("Server", None)
        return answer


def language() -> str:
    """The language of who asks: as chosen, else as the browser says."""
    chosen = flask.request.cookies.get("language")
    if chosen in LANGUAGES:
        return chosen
    return flask.request.accept_languages.best_match(LANGUAGES, "en") or "en"


def user_id() -> str:
    """Who asks: a number that stands in a signed cookie."""
    return str(flask.session.get("person", ""))


FORM = """<!doctype html>
<html lang="{{ language }}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ heading }}</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/assets/workbench.css"></head>
<body><main class="login"><h1>{{ heading }}</h1><form method="post" action="/login">
<input type="text" name="username" autocomplete="username" value="workbench" hidden>
<label for="password">{{ label }}</label><input id="password" name="password" type="password" autocomplete="current-password" required autofocus>
<button class="main" type="submit">{{ button }}</button>{% if sentence %}<p class="told fault" role="alert">{{ sentence }}</p>{% endif %}
</form></main></body></html>
"""
