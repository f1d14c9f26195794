"""Many people at one workbench: waiting times, errors, lost jobs and memory.

``python benchmarks/workbench.py`` starts ``energy-model serve`` with two workers on Aarhus in a folder of its own. For
``--minutes`` each of ``--people`` moves a slider and waits for the quick look and its comparison with the reference,
which is run before, opens pages, and now and then starts a run, with pauses as in a meeting. The requests are those that the pages send. It prints medians and the largest time of
each kind, the number of errors and of jobs that were lost, and the memory of the server with its processes.
"""

from __future__ import annotations

import argparse
import http.cookiejar
import json
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import defaultdict
from pathlib import Path
from typing import Any

import page

AARHUS = Path(__file__).resolve().parent.parent / "inputs" / "aarhus"
MIN_PAUSE_SECONDS, MAX_PAUSE_SECONDS = 4.0, 20.0  # between two acts of a person
TIMEOUT_SECONDS = 120.0
RUN_SHARE, PAGE_SHARE = 0.03, 0.37  # of the acts; the others move a slider
PAGES = ("/", "/study", "/queue", "/compare")


class Person:
    """A browser: its session, and the requests that its pages send."""

    def __init__(self, address: str, callbacks: list[dict[str, Any]], seed: int) -> None:
        self.address, self.callbacks, self.random = address, callbacks, random.Random(seed)
        jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        self.jobs: list[str] = []
        self.looked: Any = None  # the draft whose comparison with the reference follows

    def get(self, path: str) -> bytes:
        """The content of a page."""
        content: bytes = self.opener.open(self.address + path, timeout=TIMEOUT_SECONDS).read()
        return content

    def ask(self, output: str, values: dict[str, Any]) -> Any:
        """The answer of the first callback whose outputs begin so, asked with the values of some members."""
        told = next(c for c in self.callbacks if c["output"].strip(".").startswith(output))

        def members(kind: str) -> list[Any]:
            found = [values.get(f"{m['id']}.{m['property']}") for m in told[kind]]
            return [m | {"value": v} for m, v in zip(told[kind], found, strict=True)]

        names = told["output"].strip(".").split("...")
        outputs = [{"id": n.rpartition(".")[0], "property": n.rpartition(".")[2].split("@")[0]} for n in names]  # fmt: skip
        inputs = members("inputs")
        body = {
            "output": told["output"], "outputs": outputs if told["output"].startswith("..") else outputs[0],
            "inputs": inputs, "state": members("state"), "changedPropIds": [f"{inputs[0]['id']}.{inputs[0]['property']}"],
        }  # fmt: skip
        headers = {"Content-Type": "application/json", "Origin": self.address}
        url = f"{self.address}/_dash-update-component"
        request = urllib.request.Request(url, json.dumps(body).encode(), headers)  # noqa: S310 - an address of this machine
        with self.opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
            return json.loads(answer.read() or b"null")

    def act(self) -> str:
        """Does one thing that people do; returns what."""
        choice = self.random.random()
        draft = {"case": "aarhus", "scenario": "as_decided", "sliders": {"co2_price": float(self.random.randrange(20, 300, 5))}}  # fmt: skip
        if choice < RUN_SHARE:
            values = {
                "run.n_clicks": 1,
                "draft.data": draft | {"resolution": "coarse"},
                "title.value": "meeting",
            }
            answer = self.ask("url.pathname", values)["response"]
            path = next((str(p.get("pathname")) for p in answer.values() if p.get("pathname")), "")
            if path.startswith("/job/"):
                self.jobs.append(path.removeprefix("/job/"))
            return "run" if path else "run refused"
        if choice < RUN_SHARE + PAGE_SHARE:
            path = self.random.choice(PAGES)
            self.get(path)
            self.ask("page.children", {"url.pathname": path, "url.search": "", "draft.data": None})
            return f"page {path}"
        found = self.ask("live_answer.children...", {"settled_draft.data": draft})["response"]
        self.looked = found.get("looked_draft", {}).get("data")
        return "slider"

    def compare(self) -> None:
        """Asks for the comparison with the reference, as a page does once it has the first numbers."""
        self.ask("live_answer.children@", {"looked_draft.data": self.looked})
        self.looked = None


def memory_gb(process: int) -> float:
    """The resident memory of a process and those it started [GB]."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,rss="], capture_output=True, text=True, check=True).stdout  # fmt: skip
    rows = [tuple(map(int, line.split())) for line in listed.splitlines()]
    family, grows = {process}, True
    while grows:
        more = {pid for pid, parent, _ in rows if parent in family} - family
        family, grows = family | more, bool(more)
    return sum(rss for pid, _, rss in rows if pid in family) / 1e6


def use_until(person: Person, end: float, waits: dict[str, list[float]], errors: list[str]) -> None:
    """Sends what a person does, with pauses, until the end."""
    while time.monotonic() < end:
        time.sleep(person.random.uniform(MIN_PAUSE_SECONDS, MAX_PAUSE_SECONDS))
        begun = time.monotonic()
        try:
            what = person.act()
            waits[what].append(time.monotonic() - begun)
            if person.looked is not None:
                begun = time.monotonic()
                person.compare()
                waits["slider, beside the reference"].append(time.monotonic() - begun)
        except Exception as error:  # noqa: BLE001 - every failure is counted
            errors.append(f"{type(error).__name__}: {error}")


def run_reference(person: Person, place: Path) -> None:
    """Runs the case unchanged, as a group does before its meeting, and waits for it."""
    draft = {"case": "aarhus", "scenario": "as_decided", "resolution": "default"}
    values = {"run.n_clicks": 1, "draft.data": draft, "title.value": "reference"}
    answer = person.ask("url.pathname", values)["response"]
    path = next(str(p["pathname"]) for p in answer.values() if p.get("pathname"))
    outcome = place / "jobs" / path.removeprefix("/job/") / "outcome.json"
    while not outcome.is_file():
        time.sleep(0.5)


def main() -> None:
    """Measures, and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--reference", action=argparse.BooleanOptionalAction, default=True)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        command = [sys.executable, "-m", "energy_model", "serve", AARHUS, "--workspace", place, "--port", "0", "--workers", asked.workers]  # fmt: skip
        server = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True)
        first = server.stdout.readline() if server.stdout else ""
        address = re.findall(r"http://\S+", first)[0].rstrip("/")
        callbacks = json.loads(urllib.request.urlopen(f"{address}/_dash-dependencies").read())  # noqa: S310
        people = [Person(address, callbacks, seed) for seed in range(asked.people)]
        for person in people:
            person.get("/")
        if asked.reference:
            run_reference(people[0], Path(place))
        waits: dict[str, list[float]] = defaultdict(list)
        errors: list[str] = []
        end = time.monotonic() + 60 * asked.minutes
        threads = [threading.Thread(target=use_until, args=(p, end, waits, errors)) for p in people]
        for thread in threads:
            thread.start()
        most = 0.0
        while any(thread.is_alive() for thread in threads):
            time.sleep(2)
            most = max(most, memory_gb(server.pid))
        jobs = [job for person in people for job in person.jobs]
        lost = [job for job in jobs if not (Path(place) / "jobs" / job / "job.json").is_file()]
        done = sum((Path(place) / "jobs" / job / "outcome.json").is_file() for job in jobs)
        server.terminate()  # a script in the background ignores an interrupt
        server.wait(60)
    rows = [[what, len(times), f"{statistics.median(times):.2f}", f"{sorted(times)[int(0.95 * len(times))]:.2f}", f"{max(times):.2f}"] for what, times in sorted(waits.items())]  # fmt: skip
    sys.stdout.write(
        page.table(["act", "times", "median [s]", "95 % [s]", "largest [s]"], rows) + "\n"
    )
    sys.stdout.write(f"{asked.people} people, {asked.minutes:g} minutes, {asked.workers} workers: {len(errors)} errors, {len(jobs)} jobs of which {done} were done and {len(lost)} lost, at most {most:.1f} GB.\n")  # fmt: skip
    sys.stdout.write("".join(f"{error}\n" for error in dict.fromkeys(errors)))


if __name__ == "__main__":
    main()
