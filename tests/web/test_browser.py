"""The workbench in a real browser: every journey of a working group, by mouse and by keyboard, and nothing to complain of."""

import io
import re
import signal
import zipfile

import openpyxl
import pytest
from helpers import browser, web

import energy_model as em
from energy_model.reporting.topics import known_topics
from energy_model.studies.guide import study_guides

playwright = pytest.importorskip("playwright.sync_api", reason="no Playwright here; 'sh setup.sh tests' installs it")  # fmt: skip
axe = pytest.importorskip("axe_playwright_python.sync_playwright")

pytestmark = pytest.mark.browser
LONG = 60_000  # milliseconds that an answer may take on a busy machine


class Bench:
    """A server, a browser, and everything its pages complained of."""

    def __init__(self, server, chromium, folder, case):
        self.server, self.chromium, self.folder, self.case = server, chromium, folder, case
        self.complaints, self.jobs = [], {}

    def visit(self, path="/", server=None, **more):
        """A page of a reader of its own."""
        reader = self.chromium.new_context(**{"locale": "en-GB", "viewport": {"width": 1280, "height": 900}} | more)  # fmt: skip
        page = reader.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda said: self.complaints.append((path, said.type, said.text)))
        page.on("pageerror", lambda wrong: self.complaints.append((path, "error", str(wrong))))
        page.on("request", lambda asked: self._only_here(asked.url))
        page.goto((server or self.server).address + path)
        page.wait_for_selector("#page h1, .login h1")
        return page

    def _only_here(self, url):
        if not re.match(r"(http://127\.0\.0\.1:\d+/|data:|blob:|about:)", url):
            self.complaints.append(("request", "outside", url))


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    case = web.quick_village(folder)
    server = web.Server(folder / "kept", case, "--workers", "2")
    with playwright.sync_playwright() as made:
        chromium = made.chromium.launch(executable_path=browser.PROGRAM, args=browser.QUIET)
        found = Bench(server, chromium, folder, case)
        yield found
        chromium.close()
    code, said = found.server.end()
    assert code == 0, said
    assert "Traceback" not in said
    assert not found.complaints, "\n".join(map(str, found.complaints))


def change(page, text):
    """Waits until a change stands in the list of what is asked."""
    page.locator("#changes li", has_text=text).wait_for()


def wish(page, site, candidate, what, size=None):
    """Wishes something for a candidate of a site."""
    page.select_option("#site", site)
    row = page.locator(".candidate").filter(has=page.locator("legend", has_text=candidate))
    row.get_by_label(what, exact=True).check()
    if size is not None:
        row.locator("input[type=text]").fill(str(size))
        page.keyboard.press("Tab")
    change(page, candidate)


def run(bench, page, name, who="Åse"):
    """Runs what is asked, and remembers its job."""
    page.fill("#title", name)
    page.fill("#submitter", who)
    page.click("#run")
    page.wait_for_url("**/job/*")
    bench.jobs[name] = page.url.rsplit("/", 1)[1]


def done(page):
    """Waits for the answer."""
    page.locator(".state.done").wait_for(timeout=LONG)


@pytest.fixture(scope="module")
def asked(bench):
    """Two readers at once: one slides, wishes and edits, the other asks the case as it stands."""
    one, other = bench.visit(), bench.visit()
    slider = one.locator(".slider", has_text="Price of Gas").locator("input")
    slider.focus()
    for _ in range(4):
        one.keyboard.press("ArrowRight")
    change(one, "Price of Gas: 1.20 ×")
    wish(one, "village", "tank", "required", 120)
    change(one, "120 MWh")
    wish(one, "field", "solar park", "forbidden")
    one.get_by_text("Edit a table").click()
    one.select_option("#table", "demands")
    cell = one.locator('[row-id="village_heat"] [col-id="yearly"]')
    cell.dblclick()
    one.keyboard.press("Control+A")
    one.keyboard.type("62000")
    one.keyboard.press("Enter")
    change(one, "demand of the year = 62000")
    cell.dblclick()
    one.keyboard.press("Control+A")
    one.keyboard.type("much")
    one.keyboard.press("Enter")
    one.locator("#edit_message .fault", has_text="write zero or more").wait_for()
    playwright.expect(cell).to_have_text("62000")
    one.fill("#title", "Dear gas & <b>no sun</b>")
    one.click("#save")
    one.locator("#save_message .fine").wait_for()
    run(bench, one, "Dear gas & <b>no sun</b>")
    run(bench, other, "As it stands", "Bo")
    one.locator(".progress li").first.wait_for()
    done(one)
    done(other)
    return one, other


def built_table(page):
    """The text of the table of what is built."""
    head = page.locator("th", has_text="Full-load hours")
    return page.locator("#job_content table").filter(has=head).first.inner_text()


def test_what_was_asked_is_answered(asked):
    one, other = asked
    assert one.locator("h1").inner_text() == "Dear gas & <b>no sun</b>"  # a text, whatever is in it
    tiles, built = one.locator(".numbers").inner_text(), built_table(one)
    assert "Annual cost" in tiles
    assert re.search(r"tank\s.*120 MWh", built)
    assert "solar park" not in built
    plain = built_table(other)
    assert "solar park" in plain
    assert other.locator(".numbers").inner_text() != tiles
    one.locator("summary", has_text="Inputs").click()
    assert "demand of the year = 62000" in one.locator("details[open]").inner_text()


OVERLAPS_ON_MAP = """() => {
  const boxes = [...document.querySelectorAll("#result_map .annotation-text")].map((label) => label.getBoundingClientRect());
  return boxes.filter((a, i) => boxes.slice(i + 1).some((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)).length;
}"""
SITE_ON_MAP = """name => {
  const plot = document.querySelector("#result_map .js-plotly-plot"), sites = plot.data.at(-1);
  const at = sites.customdata.findIndex((row) => row[0] === name), { xaxis, yaxis } = plot._fullLayout;
  const box = plot.getBoundingClientRect(), point = plot.calcdata.at(-1)[at];
  return [box.left + xaxis._offset + xaxis.c2p(point.x), box.top + yaxis._offset + yaxis.c2p(point.y)];
}"""


@pytest.mark.usefixtures("asked")
def test_a_site_is_opened_from_the_map_and_from_the_list(bench):
    page = bench.visit(f"/job/{bench.jobs['As it stands']}")
    page.locator("#result_map .scatterlayer").wait_for(state="attached")
    page.locator("#result_map").scroll_into_view_if_needed()
    assert page.locator("#result_map .annotation-text").count() >= 2
    assert page.evaluate(OVERLAPS_ON_MAP) == 0
    page.mouse.click(*page.evaluate(SITE_ON_MAP, "field"))
    panel = page.locator("#site_panel")
    panel.get_by_role("heading", name="Field").wait_for()
    playwright.expect(panel.get_by_role("table").first).to_be_in_viewport()
    assert page.locator("#result_site").input_value() == "field"
    page.locator("#result_site").focus()
    page.keyboard.press("v")  # as a reader without a mouse does
    panel.get_by_role("heading", name="Village").wait_for()
    assert panel.get_by_text("Balance of the site over the year").count()
    assert violations(page) == []


def test_the_report_is_shown_in_the_page(asked):
    page = asked[0]
    page.click("#report_open")
    frame = page.frame_locator("iframe.report")
    frame.locator(".figure").first.scroll_into_view_if_needed()
    frame.locator(".js-plotly-plot").first.wait_for(timeout=LONG)
    assert "Sites, links, plants and land" in frame.locator("body").inner_text()


@pytest.mark.usefixtures("asked")
def test_answers_are_compared_in_words_and_numbers(bench):
    page = bench.visit(f"/compare?runs={bench.jobs['As it stands']}")
    page.get_by_label("Dear gas").check()
    page.get_by_text("the difference in cost is", exact=False).first.wait_for()
    text = page.locator("#comparison").inner_text()
    assert "What the cost consists of" in text
    assert "Dear gas & <b>no sun</b>" in text
    assert "demands.village_heat.yearly" not in text  # an address is for the command line
    assert "62,000" in text
    assert violations(page) == []


@pytest.mark.usefixtures("asked")
def test_everything_can_be_taken_home(bench):
    page = bench.visit(f"/job/{bench.jobs['Dear gas & <b>no sun</b>']}")
    files = {}
    for title in ("All files (zip)", "Tables (Excel)", "Results (netCDF)", "Report (HTML)"):
        with page.expect_download() as given:
            page.get_by_role("link", name=title).click()
        files[given.value.suggested_filename.rsplit(".", 1)[1]] = given.value.path().read_bytes()
    names = zipfile.ZipFile(io.BytesIO(files["zip"])).namelist()
    assert {"metadata.json", "results.nc", "report.html", "capacities.csv"} <= set(names)
    assert "job.json" not in names
    book = openpyxl.load_workbook(io.BytesIO(files["xlsx"]))
    assert {"summary", "capacities", "costs"} <= set(book.sheetnames)
    tank = next(row for row in book["capacities"].iter_rows(values_only=True) if row[0] == "tank")
    assert 120 in [round(v, 6) for v in tank if isinstance(v, float | int)]
    assert files["nc"][:4] in (b"\x89HDF", b"CDF\x01", b"CDF\x02")
    assert b"<!doctype html>" in files["html"][:40]
    assert b'data-first-language="en"' in files["html"][:200]
    page.get_by_role("link", name="Dansk").click()
    with page.expect_download() as given:
        page.get_by_role("link", name="Dias (HTML)").click()
    slides = bench.chromium.new_context(locale="en-GB").new_page()
    slides.set_content(given.value.path().read_text(encoding="utf-8"))
    assert slides.evaluate("document.documentElement.lang") == "da"


def test_a_slider_is_answered_while_one_looks(bench):
    page = bench.visit()
    page.locator(".slider input").first.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.locator("#live_answer h3").wait_for(timeout=LONG)
    assert "Annual cost" in page.locator("#live_answer .numbers").inner_text()
    assert violations(page) == []
    page.locator(".slider input").first.press("ArrowRight")
    page.locator(
        "#live_answer[data-stale]"
    ).wait_for()  # the old numbers are marked until the new ones come
    page.locator("#live_answer:not([data-stale])").wait_for(timeout=LONG)
    page.get_by_role("button", name="Undo all").click()
    page.locator("#live_answer h3").wait_for(state="detached", timeout=LONG)


def test_a_sweep_is_asked_and_answered(bench):
    page = bench.visit("/study")
    page.get_by_role("link", name="What if a number were different?").click()
    page.get_by_label("From").first.fill("3")
    page.get_by_label("To").first.fill("2")
    page.click("#study_start")
    page.locator("#study_message .fault").wait_for()
    page.get_by_label("From").first.fill("0.5")
    page.get_by_label("Number of values").first.fill("2")
    page.get_by_text("About 2 cases are solved.").wait_for()
    page.get_by_text("fine:").click()
    page.fill("#study_title", "Gas up and down")
    page.click("#study_start")
    page.wait_for_url("**/job/*")
    done(page)
    page.locator("summary", has_text="Inputs").click()
    for text in ("Steps: 96", "What if a number were different?"):
        page.locator("details", has_text=text).wait_for()
    assert "All cases" in page.locator("#job_content").inner_text()
    with page.expect_download() as given:
        page.get_by_role("link", name="Tables (Excel)").click()
    rows = list(
        openpyxl.load_workbook(io.BytesIO(given.value.path().read_bytes()))["cases"].iter_rows(
            values_only=True
        )
    )
    assert len(rows) == 3
    assert "carriers.gas.price *=" in " ".join(map(str, rows[0]))


def test_changes_and_a_note_are_shared_by_a_link(bench):
    """One reader sends what another opens, who has changes of their own; a forged link says so."""
    one, other = bench.visit(), bench.visit()
    wish(one, "field", "solar park", "forbidden")
    one.get_by_label("Note").fill("For the <i>meeting</i>")
    one.get_by_label("Note").press("Tab")
    wish(one, "village", "tank", "forbidden")  # the link follows the draft
    address = one.get_by_role("link", name="Link to these changes").get_attribute("href")
    wish(other, "village", "tank", "required", 120)
    other.goto(bench.server.address + address)
    change(other, "solar park: forbidden")
    change(other, "tank: forbidden")
    playwright.expect(other.get_by_label("Note")).to_have_value("For the <i>meeting</i>")
    other.fill("#title", "Shared")
    other.fill("#submitter", "Bo")
    other.click("#save")
    other.locator("#save_message .fine").wait_for()
    other.locator("#scenario option", has_text="Saved: Shared (Bo)").wait_for(state="attached")
    other.goto(f"{bench.server.address}/?draft=forged")
    other.get_by_text("The link holds no valid changes.").wait_for()
    change(other, "solar park: forbidden")


@pytest.mark.usefixtures("asked")
def test_a_run_is_shown_beside_the_unchanged_one(bench):
    """The run with changes is compared with the one without; that one, with what there is."""
    page = bench.visit(f"/job/{bench.jobs['Dear gas & <b>no sun</b>']}")
    playwright.expect(page.locator("#beside_base")).to_have_value(bench.jobs["As it stands"])
    page.locator("#beside table", has_text="As it stands").first.wait_for()
    page.locator("#beside h3", has_text="What changes the cost").wait_for()
    for title in ("Why it is built", "Energy over the year", "District heat: what customers pay"):
        page.locator("h2", has_text=title).wait_for()
    page.get_by_role("link", name="All differences").click()
    page.locator("h2", has_text="Main results").wait_for()


@pytest.mark.usefixtures("asked")
def test_questions_on_a_run_are_answered_at_once(bench):
    """From the list of questions: another carrier changes the table, another run the page."""
    page = bench.visit("/study")
    first, last = bench.jobs["As it stands"], bench.jobs["Dear gas & <b>no sun</b>"]
    for job in (first, last):
        page.get_by_label("Finished run").select_option(job)
        page.locator(f'a[href="/answer/{job}/accounts"]').wait_for()
    page.get_by_role("link", name="Who pays, who earns").click()
    page.wait_for_url(f"**/answer/{last}/accounts")
    page.get_by_label("Bills of").wait_for()
    page.locator("caption", has_text="Bills: District heat").wait_for()
    page.get_by_label("Bills of").select_option("electricity")
    page.locator("caption", has_text="Bills: Electricity").wait_for()
    with page.expect_download() as given:
        page.get_by_role("link", name="Download this page").click()
    assert "Bills: " in given.value.path().read_text(encoding="utf-8")
    page.get_by_label("Finished run").select_option(bench.jobs["As it stands"])
    page.wait_for_url(f"**/answer/{bench.jobs['As it stands']}/accounts")
    page.get_by_role("link", name=study_guides()["preferences"].question).click()
    page.wait_for_url("**/study/preferences")
    page.goto(f"{bench.server.address}/answer/{bench.jobs['As it stands']}/prices")
    page.get_by_label("When").select_option("1")
    page.locator("#topic_answer", has_text="15 Jan, 17:00 (local time)").wait_for()
    page.get_by_label("Hour of the day").fill("5")
    page.locator("#topic_answer", has_text="15 Jan, 05:00 (local time)").wait_for()
    address = page.get_by_role("link", name="Link to this answer").get_attribute("href")
    page.goto(f"{bench.server.address}{address}")
    page.locator("#topic_answer", has_text="15 Jan, 05:00 (local time)").wait_for()
    playwright.expect(page.get_by_label("Hour of the day")).to_have_value("5")
    page.get_by_label("Hour of the day").fill("40")
    page.locator("#topic_answer .fault", has_text="write a whole number from 0 to 23").wait_for()
    page.goto(f"{bench.server.address}/answer/nothing/prices")
    page.get_by_text("The page was not found.").wait_for()


def test_cells_of_a_spreadsheet_are_pasted_and_marked(bench):
    """Two rows of two columns; a wrong one is told and left as it was; the grid stays where it is scrolled to."""
    page = bench.visit()
    page.get_by_text("Edit a table").click()
    page.select_option("#table", "demands")
    sheet = page.locator(".ag-center-cols-viewport")
    cells = page.locator('[col-id="yearly"].ag-cell')
    cells.first.click()
    sheet.evaluate("e => e.scrollLeft = 120")
    place = sheet.evaluate("e => e.scrollLeft")
    assert place > 0
    first, second = (cells.nth(i).inner_text() for i in (0, 1))
    paste = """text => { const data = new DataTransfer(); data.setData("text/plain", text);
        document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true})); }"""
    page.evaluate(paste, "12,5\nmuch\n")
    page.locator("#edit_message .fault").wait_for()
    change(page, "demand of the year = 12.5")
    playwright.expect(cells.first).to_have_text("12.5")
    playwright.expect(cells.first).to_have_class(re.compile(r"\bedited\b"))
    playwright.expect(cells.nth(1)).to_have_text(second)
    assert sheet.evaluate("e => e.scrollLeft") == place
    page.evaluate(paste, "155.500\n")  # thousands in Danish, decimals in English
    page.locator("#edit_message", has_text="write 155500 without points, or 155.5").wait_for()
    playwright.expect(cells.first).to_have_text("12.5")
    page.evaluate(paste, "1\n2\n")
    page.locator("#edit_message", has_text="2 cells of demands are set.").wait_for()
    page.get_by_role("button", name="Undo all").click()
    playwright.expect(cells.first).to_have_text(first)
    playwright.expect(cells.first).not_to_have_class(re.compile(r"\bedited\b"))


def test_cells_show_labels_and_the_decimal_sign_of_the_language(bench):
    page = bench.visit(locale="da-DK")
    page.locator("summary").click()
    page.select_option("#table", "conversions")
    pump = page.locator('[row-id="air_heat_pump_village"]').last
    playwright.expect(pump.locator('[col-id="carrier"]')).to_have_text("Fjernvarme")
    page.reload()
    page.locator("#changes b").first.wait_for()  # the draft is loaded
    page.locator("summary").click()
    page.select_option("#table", "demands")
    cell = page.locator('[col-id="yearly"].ag-cell').first
    cell.dblclick()
    page.keyboard.press("Control+A")
    page.keyboard.type("12,5")
    page.keyboard.press("Enter")
    page.locator("#changes li", has_text="12,5").wait_for()
    playwright.expect(cell).to_have_text("12,5")
    cell.dblclick()  # what is edited is the number of the case's files
    playwright.expect(page.locator(".ag-cell-inline-editing input")).to_have_value("12.5")
    page.keyboard.press("Escape")
    page.locator("#live_answer h3").wait_for(timeout=LONG)


def test_a_run_is_cancelled(bench):
    page = bench.visit()
    page.get_by_text("fine:").click()
    page.get_by_label("Note").fill("Only to try it")
    page.get_by_label("Note").press("Tab")
    run(bench, page, "Not wanted after all")
    page.get_by_text("Note: Only to try it").wait_for()
    page.locator(".state.running").wait_for()
    page.click("#job_cancel")
    page.locator(".state.cancelled").wait_for()
    page.get_by_role("link", name="Jobs").click()
    page.locator("tr", has_text="Not wanted after all").get_by_text("cancelled").wait_for()
    page.get_by_role("link", name="New run").click()  # title and note are those of one run
    playwright.expect(page.get_by_label("Note")).to_have_value("")
    playwright.expect(page.locator("#title")).to_have_value("")


def test_what_cannot_be_asked_is_told_in_a_sentence(bench):
    page = bench.visit()
    wish(page, "village", "tank", "required", 600)
    page.click("#run")
    page.locator("#run_message", has_text="no more than 500 MWh").wait_for()
    page.get_by_role("button", name="Undo all").click()
    page.get_by_text("No changes yet").wait_for()
    playwright.expect(page.locator(".candidate", has_text="tank").get_by_label("optional")).to_be_checked()  # fmt: skip


def test_a_slider_is_reached_and_taken_back_by_keyboard_alone(bench):
    page = bench.visit()
    seen = []
    for _ in range(30):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("[document.activeElement.id, document.activeElement.type, getComputedStyle(document.activeElement).outlineStyle]"))  # fmt: skip
        if seen[-1][1] == "range":
            break
    assert seen[-1][1] == "range"
    assert [name for name, _, style in seen if style == "none"] == []  # who has the focus is seen
    page.keyboard.press("ArrowLeft")
    change(page, "Price of Gas: 0.95 ×")
    page.get_by_role("button", name="Undo: Price of Gas").focus()
    page.keyboard.press("Enter")
    page.get_by_text("No changes yet").wait_for()
    assert page.locator("input[type=range]").first.input_value() == "1"
    page.locator('.map button[data-site="village"]').focus()
    page.keyboard.press("ArrowRight")
    page.locator("legend", has_text="solar park").wait_for()


def violations(page):
    """What is seriously wrong for readers by ear or keyboard."""
    found = axe.Axe().run(page).response["violations"]
    return [(v["id"], v["nodes"][0]["html"][:120]) for v in found if v["impact"] in ("serious", "critical")]  # fmt: skip


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(("width", "scheme", "language"), [(1280, "light", "en"), (390, "dark", "da")])  # fmt: skip
def test_every_page_is_for_everybody(bench, width, scheme, language):
    job = bench.jobs["As it stands"]
    locale = {"en": "en-GB", "da": "da-DK"}[language]
    page = bench.visit(color_scheme=scheme, locale=locale, viewport={"width": width, "height": 900})
    studies = ["/study", *(f"/study/{name}" for name in study_guides() if name != "symbiosis")]
    topics = [f"/answer/{job}/{name}" for name in known_topics()]
    for path in ("/", "/queue", f"/job/{job}", "/compare", *topics, *studies):
        page.goto(bench.server.address + path)
        page.wait_for_selector("#page h1")
        if path == "/":
            page.locator("summary").click()
            page.select_option("#table", "demands")
            page.locator(".ag-cell").first.wait_for()
        assert page.evaluate("document.documentElement.lang") == language
        assert violations(page) == [], path
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")  # fmt: skip
        assert wide <= 0, f"{path} is wider than the screen"
    danish = page.get_by_role("button", name="Start analyse").count()
    assert danish == (language == "da")


def test_a_page_that_loads_says_so(bench):
    """A page whose content takes long has a notice above the old one, in the language of the page."""
    page = bench.visit()
    held = []

    def notice():
        style = "getComputedStyle(document.getElementById('page'), '::before')"
        return page.evaluate(f"() => [{style}.content, {style}.visibility]")

    updates = re.compile("_dash-update-component")
    page.route(updates, lambda route: held.append(route))  # Playwright marks its handlers
    page.get_by_role("navigation").get_by_role("link", name="Jobs").click()
    until(page, lambda: notice() == ['"Loading …"', "visible"])
    for route in held:
        route.continue_()
    held.clear()
    page.unroute(updates)
    page.get_by_role("heading", level=1, name="Jobs").wait_for()
    until(page, lambda: notice()[0] == "none")


def until(page, holds):
    """Waits until something holds; the pages forbid the texts of scripts that Playwright waits with."""
    for _ in range(100):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it does not hold after ten seconds")


def test_the_language_is_changed_and_stays(bench):
    page = bench.visit("/queue")
    page.get_by_role("link", name="Dansk").click()
    page.get_by_role("heading", name="Beregninger").wait_for()
    page.reload()
    page.get_by_role("heading", name="Beregninger").wait_for()


def test_everything_stands_after_a_restart(bench, asked):
    """Killed while it works and started again: the same reader finds jobs, answers and the saved scenario."""
    page = asked[0]
    page.goto(bench.server.address + "/")
    page.get_by_role("button", name="Undo: tank").wait_for()
    run(bench, page, "Through a kill")
    page.locator(".progress li").first.wait_for()
    for reader in bench.chromium.contexts:
        if reader is not page.context:
            reader.close()
    page.goto("about:blank")
    port = bench.server.address.rsplit(":", 1)[1]
    bench.server.end(signal.SIGKILL)
    bench.server = web.Server(bench.folder / "kept", bench.case, "--workers", "2", "--port", port)  # fmt: skip
    page.goto(bench.server.address + "/queue")
    page.locator("tr", has_text="no sun").get_by_text("(you)").wait_for()
    page.get_by_role("link", name="Dear gas").click()
    page.locator(".numbers").wait_for(timeout=LONG)
    page.goto(bench.server.address + "/")
    page.locator("#changes li", has_text="120 MWh").wait_for()  # the draft stands too
    page.get_by_role("button", name="Undo all").click()
    page.get_by_text("No changes yet").wait_for()
    page.select_option("#scenario", label="Saved: Dear gas & <b>no sun</b>")
    change(page, "demand of the year = 62000")
    change(page, "solar park: forbidden")
    page.goto(bench.server.address + "/job/" + bench.jobs["Through a kill"])
    done(page)  # it was asked anew
    assert em.verify(bench.folder / "kept" / "runs" / bench.jobs["Through a kill"]).holds


def enter(bench, server, password):
    """A page of a reader who logged in."""
    page = bench.visit("/", server=server)
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")
    page.locator(".slider").first.wait_for()
    return page


def test_each_password_allows_what_its_role_may_do(bench, tmp_path):
    """Three passwords in a file: for all, for who starts jobs, for who looks."""
    words = tmp_path / "passwords"
    words.write_text("for all of it\nfor questions\nfor looking\n")
    server = web.Server(tmp_path / "kept", bench.case, "--password-file", words)
    try:
        page = enter(bench, server, "for looking")
        page.fill("#title", "Not allowed")
        page.click("#run")
        page.locator("#run_message", has_text="your password is for looking at results").wait_for()
        page.goto(f"{server.address}/study/ranging")
        page.click("#study_start")
        page.locator("#study_message", has_text="for looking at results").wait_for()
        page.context.close()
        page = enter(bench, server, "for questions")
        page.fill("#title", "Asked")
        page.click("#save")
        page.locator("#save_message", has_text="your password may start jobs only").wait_for()
        page.click("#run")
        page.wait_for_url("**/job/*")
        page.context.close()
        page = enter(bench, server, "for all of it")
        page.fill("#title", "Kept")
        page.click("#save")
        page.locator("#save_message .fine").wait_for()
        page.context.close()
    finally:
        code, _ = server.end()
    assert code == 0


def test_a_password_lets_in(bench, tmp_path):
    word = tmp_path / "password"
    word.write_text("correct horse\n")
    server = web.Server(tmp_path / "kept", bench.case, "--password-file", word)
    try:
        page = bench.visit("/study", server=server)
        assert page.url.endswith("/login")
        assert violations(page) == []
        page.get_by_label("Password").fill("correct horse")
        page.keyboard.press("Enter")
        page.locator(".slider").first.wait_for()
        page.context.close()
    finally:
        code, _ = server.end()
    assert code == 0
