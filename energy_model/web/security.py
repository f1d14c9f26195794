"""Security: checks of requests by host, origin, size and password; headers of responses.

Without a password the server answers only this machine. It checks the name in ``Host``, which
prevents another site from resolving its own name to this server, and accepts a post only from its
own pages.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
import secrets
import time
from collections import defaultdict, deque
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlsplit

import flask
from flask.typing import ResponseReturnValue

from energy_model.common.catalogue import LANGUAGES
from energy_model.common.language import N_, translate, translator
from energy_model.web.roles import Role

ATTEMPTS_WINDOW_SECONDS = 60.0
MAX_ATTEMPTS = 5  # wrong passwords from one address within this window
MAX_ATTEMPTS_IN_ALL = 50  # wrong passwords from all addresses within the window
LOOPBACK = ("localhost", "127.0.0.1", "::1")
MAX_REQUEST_BYTES = 2_000_000  # maximum size of a request
FORM_POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; "
    "frame-ancestors 'self'; base-uri 'none'"
)


class AccessControl:
    """The checks before each request and the headers of each response."""

    def __init__(
        self,
        server: flask.Flask,
        secret: str,
        passwords: Mapping[Role, str],
        names: set[str],
    ) -> None:
        self.passwords, self.names = passwords, names
        self.policy = "default-src 'self'"  # the application sets its own policy
        self._wrong_attempts: dict[str, deque[float]] = defaultdict(deque)
        self._login_tokens = {
            role: hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
            for role, text in self.passwords.items()
        }
        server.secret_key = secret
        server.config.update(
            SESSION_COOKIE_NAME="workbench",
            SESSION_COOKIE_HTTPONLY=True,
            SESSION_COOKIE_SAMESITE="Strict",
            PERMANENT_SESSION_LIFETIME=timedelta(days=180),
            MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        )
        server.before_request(self.before)
        server.after_request(self.after)
        server.add_url_rule("/login", "login", self.login, methods=["GET", "POST"])
        server.add_url_rule("/language/<requested>", "language", self.set_language)

    # --- before -----------------------------------------------------------------------------------

    def before(self) -> ResponseReturnValue | None:
        """Returns the response that rejects or redirects a request; None if it is allowed."""
        request = flask.request
        if not self._is_own_host(request.host):
            sentence = N_(
                "Unknown host name. Open the address that the server printed at its start."
            )
            return self._rejection(sentence, 421)
        if (request.content_length or 0) > MAX_REQUEST_BYTES:
            return self._rejection(N_("The request is too large."), 413)
        if request.method not in ("GET", "HEAD", "OPTIONS") and not self._is_own_page():
            return self._rejection(N_("Cross-site request rejected."), 403)
        if (
            self.passwords
            and self._role() is None
            and request.endpoint != "login"
            and not request.path.startswith("/assets/workbench.css")
        ):
            if request.method == "GET" and not request.path.startswith("/_"):
                return flask.redirect("/login")
            return self._rejection(N_("The session has ended. Reload the page to log in."), 401)
        flask.g.role = self._role() or Role.LOOK if self.passwords else Role.KEEP
        if "user" not in flask.session:
            flask.session.permanent = True
            flask.session["user"] = flask.session.get("person") or secrets.token_hex(16)
        return None

    def _is_own_host(self, host: str) -> bool:
        """Returns whether a name in ``Host`` is a name of this server."""
        name = (urlsplit(f"//{host}").hostname or "").lower()
        if name in self.names:
            return True
        if not self.passwords:
            return False
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True  # unlike a name, a numeric address cannot be rebound by another site

    @staticmethod
    def _is_own_page() -> bool:
        origin = flask.request.headers.get("Origin")
        if not origin or origin == "null":
            return False
        return urlsplit(origin).netloc.lower() == flask.request.host.lower()

    @staticmethod
    def _rejection(sentence: str, code: int) -> flask.Response:
        return flask.Response(translate(sentence, language()), code, mimetype="text/plain")

    # --- password ---------------------------------------------------------------------------------

    def _role(self) -> Role | None:
        """Returns the role of the session; None if the user is not logged in."""
        token = str(flask.session.get("in", ""))
        matches = (
            r for r, known in self._login_tokens.items() if hmac.compare_digest(token, known)
        )
        return next(matches, None)

    def login(self) -> ResponseReturnValue:
        """Returns the login page, or the response to a submitted password."""
        if not self.passwords or self._role() is not None:
            return flask.redirect("/")
        if flask.request.method == "GET":
            return self._form("")
        address, now = flask.request.remote_addr or "", time.monotonic()
        if self._has_too_many_attempts(address, now):
            return self._form(N_("Too many attempts; wait a minute."), 429)
        password = flask.request.form.get("password", "")
        given = password.encode()
        matches = [r for r, p in self.passwords.items() if hmac.compare_digest(given, p.encode())]
        if matches:
            self._wrong_attempts.pop(address, None)
            flask.session.permanent = True
            flask.session["in"] = self._login_tokens[matches[0]]
            flask.session.setdefault("user", secrets.token_hex(16))
            return flask.redirect("/")
        self._wrong_attempts[address].append(now)
        return self._form(N_("Wrong password."), 403)

    def _has_too_many_attempts(self, client: str, now: float) -> bool:
        for address, times in list(self._wrong_attempts.items()):
            while times and now - times[0] > ATTEMPTS_WINDOW_SECONDS:
                times.popleft()
            if not times:
                del self._wrong_attempts[address]
        total = sum(map(len, self._wrong_attempts.values()))
        return (
            len(self._wrong_attempts.get(client, ())) >= MAX_ATTEMPTS
            or total >= MAX_ATTEMPTS_IN_ALL
        )

    def _form(self, sentence: str, code: int = 200) -> flask.Response:
        _ = translator(language())
        document = flask.render_template_string(
            FORM,
            language=language(),
            heading=_("Energy workbench"),
            label=_("Password"),
            button=_("Log in"),
            sentence=_(sentence),
        )
        response = flask.Response(document, code)
        response.headers["Content-Security-Policy"] = FORM_POLICY
        return response

    # --- after ------------------------------------------------------------------------------------

    @staticmethod
    def set_language(requested: str) -> ResponseReturnValue:
        """Sets the language cookie and redirects to the referring page."""
        referrer = urlsplit(flask.request.headers.get("Referer", ""))
        is_own = referrer.netloc == flask.request.host
        is_page = re.fullmatch(r"/(?!/)[a-z0-9_/]*", referrer.path)
        response = flask.redirect(referrer.path if is_own and is_page else "/")
        if requested in LANGUAGES:
            response.set_cookie(
                "language", requested, max_age=31_536_000, httponly=True, samesite="Strict"
            )
        return response

    def after(self, response: flask.Response) -> flask.Response:
        """Adds the security headers to a response and returns it."""
        headers = response.headers
        headers.setdefault("Content-Security-Policy", self.policy)
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        if "Cache-Control" not in headers:
            headers["Cache-Control"] = "no-store"
        headers.pop("Server", None)
        return response


def language() -> str:
    """Returns the language of the request: the cookie's, or the browser's preference."""
    chosen = flask.request.cookies.get("language")
    if chosen in LANGUAGES:
        return chosen
    return flask.request.accept_languages.best_match(LANGUAGES, "en") or "en"


def user_id() -> str:
    """Returns the id of the user of the request, from the signed session cookie."""
    return str(flask.session.get("user", ""))


FORM = """<!doctype html>
<html lang="{{ language }}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ heading }}</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/workbench.css"></head>
<body><main class="login"><h1>{{ heading }}</h1><form method="post" action="/login">
<input type="text" name="username" autocomplete="username" value="workbench" hidden>
<label for="password">{{ label }}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required
 autofocus>
<button class="main" type="submit">{{ button }}</button>
{% if sentence %}<p class="message fault" role="alert">{{ sentence }}</p>{% endif %}
</form></main></body></html>
"""
