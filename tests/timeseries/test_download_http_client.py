"""Answers over the net: asked again, kept, refused with a sentence; and no key is left anywhere."""

import logging
import socket
import time

import pytest
from helpers import fake_services
from helpers.fake_services import Asked, Said, as_json

from energy_model.timeseries import DataError
from energy_model.timeseries.download import CachedHttpClient, http_client

FINE = as_json({"records": [1, 2]})


def asked_of(
    server: fake_services.Played, *, key: str = "", refresh: bool = False, **query: str
) -> object:
    """The content of an answer."""
    with CachedHttpClient("The service", refresh=refresh, secrets=[key]) as given:
        headers = {"Authorization": f"Token {key}"} if key else None
        return given.json(f"{server.address}/data", query, headers)


def refusal(server: fake_services.Played, **named: str) -> str:
    """What is said of an answer that cannot be used."""
    with pytest.raises(DataError) as caught:
        asked_of(server, **named)
    assert "The service" in str(caught.value)
    return str(caught.value)


def first(*said: Said) -> object:
    """Answers one after the other, the last for ever."""
    left = list(said)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def test_a_busy_service_is_asked_again(play):
    server = play(first(Said(429, "slowly", {"Retry-After": "1"}), Said(503, ""), FINE))
    begun = time.monotonic()
    assert asked_of(server) == {"records": [1, 2]}
    assert len(server.asked) == 3
    assert (
        time.monotonic() - begun >= http_client.MAX_DELAY_SECONDS
    )  # what was wished, within reason


def test_a_service_out_of_order_is_given_up(play):
    server = play(first(Said(500, "oh dear")))
    said = refusal(server)
    assert "(500 after 5 attempts)" in said
    assert "try again later" in said
    assert len(server.asked) == 5


def test_how_long_a_busy_service_wants_peace_is_told(play):
    said = refusal(play(first(Said(429, "", {"Retry-After": "3600"}))))
    assert "asks to wait 3600 s" in said


def test_a_page_for_people_is_refused(play):
    page = Said(200, "<!DOCTYPE html>\n<html><body>Please log in</body></html>", {"Content-Type": "text/html"})  # fmt: skip
    server = play(first(page, FINE))
    said = refusal(server)
    assert "a web page" in said
    assert server.address in said
    assert asked_of(server) == {"records": [1, 2]}  # the page was not kept
    assert "a web page" in refusal(play(first(Said(200, "<!-- welcome -->"))))


@pytest.mark.parametrize(
    "body", ['{"records": [1, 2', '{"records": [1, {"a": 2}', "", "null and void"]
)
def test_an_answer_that_is_cut_is_asked_for_again(play, body):
    server = play(first(Said(200, body), FINE))
    assert asked_of(server) == {"records": [1, 2]}
    assert len(server.asked) == 2


def test_answers_that_are_always_cut_are_refused(play):
    server = play(first(Said(200, '{"records": [1, 2')))
    assert "incomplete responses" in refusal(server)
    assert len(server.asked) == http_client.MAX_ATTEMPTS


def test_a_connection_that_breaks_is_tried_again(play):
    server = play(first(Said(200, '{"records"', {"Content-Length": "5000"}), FINE))
    assert asked_of(server) == {"records": [1, 2]}


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_not_known_is_told_without_saying_it(play, status):
    server = play(lambda _: as_json({"detail": f"bad token {fake_services.KEY}"}, status))
    said = refusal(server, key=fake_services.KEY)
    assert "rejects the key" in said
    assert "--key" in said
    assert fake_services.KEY not in said


def test_what_a_service_says_is_wrong_is_passed_on_without_the_key(play):
    server = play(
        lambda _: as_json({"reason": f"no such column; you are {fake_services.KEY}"}, 400)
    )
    said = refusal(server, key=fake_services.KEY)
    assert "no such column; you are ***" in said
    assert "(400)" in said


def test_a_refusal_in_plain_words_is_passed_on(play):
    assert "Gone fishing" in refusal(play(first(Said(404, "Gone   fishing"))))


def test_what_was_answered_is_not_asked_again(play):
    server = play(first(FINE))
    one = asked_of(server, year="2024")
    assert asked_of(server, year="2024") == one
    assert len(server.asked) == 1
    asked_of(server, year="2023")
    assert len(server.asked) == 2


def test_it_is_asked_again_when_told_to(play):
    server = play(first(FINE, as_json({"records": [3]})))
    asked_of(server)
    assert asked_of(server, refresh=True) == {"records": [3]}
    assert asked_of(server) == {"records": [3]}


def test_how_old_the_oldest_answer_is_is_known(play):
    server = play(first(FINE))
    with CachedHttpClient("The service") as given:
        given.json(server.address, {})
        at = given.as_of
    with CachedHttpClient("The service") as given:
        given.json(server.address, {})
        assert abs(given.as_of - at).total_seconds() < 1


def test_no_key_is_kept_and_another_key_finds_the_answer(play, tmp_path):
    server = play(first(FINE))
    named = {"apikey": fake_services.KEY, "securityToken": fake_services.KEY}
    asked_of(server, key=fake_services.KEY, **named)
    assert server.asked[0].query["apikey"] == fake_services.KEY
    kept = [path for path in (tmp_path / "answers").rglob("*") if path.is_file()]
    assert kept
    assert not any(fake_services.KEY.encode() in path.read_bytes() for path in kept)
    asked_of(server, **dict.fromkeys(named, "another"))
    assert len(server.asked) == 1


def test_no_key_is_logged(play, caplog):
    caplog.set_level(logging.DEBUG)
    server = play(first(Said(503, ""), FINE))
    asked_of(server, key=fake_services.KEY, apikey=fake_services.KEY)
    assert len(server.asked) == 2
    assert fake_services.KEY not in caplog.text


def test_every_question_says_who_asks(play):
    server = play(first(FINE))
    asked_of(server)
    assert server.asked[0].headers["User-Agent"] == http_client.USER_AGENT


def test_questions_follow_one_another_after_a_pause(play, monkeypatch):
    monkeypatch.setattr(http_client, "request_pause", 0.1)
    server = play(first(FINE))
    with CachedHttpClient("The service") as given:
        begun = time.monotonic()
        for number in range(3):
            given.json(server.address, {"number": number})
        given.json(server.address, {"number": 0})  # kept, so nobody waits
    assert 0.2 <= time.monotonic() - begun < 0.3 + 0.2


def test_an_answer_that_does_not_come_in_time_is_refused(play, monkeypatch):
    monkeypatch.setattr(http_client, "RESPONSE_TIMEOUT", 0.05)
    monkeypatch.setattr(http_client, "MAX_ATTEMPTS", 2)

    def late(_: Asked) -> Said:
        time.sleep(0.2)
        return FINE

    assert "does not respond in time" in refusal(play(late))


def test_a_service_that_is_not_there_is_refused(play):
    server = play(first(FINE))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/data"
    with (
        CachedHttpClient("The service") as given,
        pytest.raises(DataError, match="cannot be reached"),
    ):
        given.json(address, {"token": fake_services.KEY})
    assert server.asked == []


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(DataError, match=http_client.CACHE_DIR_VARIABLE):
        CachedHttpClient("The service", folder=tmp_path / "file")
