"""Payments by law beside a plan: to the municipality once, to neighbours every year; worked out by hand."""

import pytest
from helpers import case_builder, cli, two_hour_case

import energy_model as em
from energy_model.reporting.run_report import run_report
from energy_model.results.payments import other_schemes, payments_of

SCHEMES = [
    {"scheme": "pool", "label_en": "Pool", "label_da": "Pulje", "payee": "municipality", "payment_once": 40, "note_en": "Once.", "note_da": "Én gang."},
    {"scheme": "bonus", "payee": "neighbours", "max_revenue_share": 0.1, "capacity_per_dwelling": 0.01, "note_en": "Yearly."},
    {"scheme": "loss", "label_en": "Loss of value", "label_da": "Værditab", "payee": "neighbours"},
]  # fmt: skip
SCHEMES = [{"technology": "sun"} | scheme for scheme in SCHEMES]
# Half a MW of sun is added at 120 EUR/MW, and supplies two hours at the price of the grid, 70 EUR/MWh: 70 EUR.
PRICE = ["markets.grid.price = 70"]


def plan(folder, schemes=SCHEMES, near=None, changes=PRICE, **more):
    """A stored run of the case of two hours, opened."""
    if near is not None:
        changes = [*changes, f"conversions.sun_here.dwellings_near = {near}"]
    case = two_hour_case.write(folder / "case", payment_schemes=schemes, **more)
    return em.open_run(em.save(em.solve(em.load_case(case, overrides=changes)), folder / "run"))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return plan(tmp_path_factory.mktemp("payments"))


def test_the_payments_of_the_added_plant(run):
    frame = payments_of(run).set_index("scheme")
    assert list(frame["asset"]) == ["sun_here", "sun_here"]
    assert frame.at["pool", "payment_once"] == pytest.approx(0.5 * 40)
    assert frame.at["bonus", "max_yearly_payment"] == pytest.approx(0.1 * 70)
    assert frame.at["bonus", "dwellings_at_max"] == pytest.approx(0.1 * 0.5 / 0.01)
    assert frame[["dwellings_near", "yearly_payment"]].isna().all(axis=None)
    assert frame.isna()["payment_once"].to_dict() == {"pool": False, "bonus": True}
    assert list(other_schemes(run)["scheme"]) == ["loss"]


@pytest.mark.parametrize(("near", "paid"), [(0, 0.0), (2, 70 * 2 * 0.01 / 0.5), (9, 7.0)])
def test_dwellings_near_are_paid_up_to_the_maximum(tmp_path, near, paid):
    run = plan(tmp_path, near=near)
    row = payments_of(run).set_index("scheme").loc["bonus"]
    assert row["dwellings_near"] == near
    assert row["yearly_payment"] == pytest.approx(paid)


def test_existing_capacity_pays_nothing(tmp_path):
    """Of one MW, half is added: half of the revenue of 140 EUR counts."""
    changes = [*PRICE, "conversions.sun_here.capacity_existing = 0.5", "demands.light.yearly = 4"]
    row = payments_of(plan(tmp_path, changes=changes)).set_index("scheme")
    assert row.at["pool", "payment_once"] == pytest.approx(20)
    assert row.at["bonus", "max_yearly_payment"] == pytest.approx(7)


def test_payments_change_no_result(run, tmp_path):
    without = em.solve(em.load_case(two_hour_case.write(tmp_path / "case"), overrides=PRICE))
    assert without.objective == pytest.approx(run.objective)
    assert payments_of(without).empty
    assert run_report(without, "en", keys=("payments",)).sections == ()


def test_a_plan_without_the_technology_has_no_section(tmp_path):
    run = plan(tmp_path, changes=["markets.grid.price = 1"])
    assert run_report(run, "en", keys=("payments",)).sections == ()


def test_kroner_become_euro_at_the_rate_of_the_case(tmp_path):
    case = two_hour_case.write(tmp_path / "case", payment_schemes=SCHEMES[:1])
    file = case / "payment_schemes.csv"
    text = file.read_text().replace("EUR/capacity", "kDKK/MW")
    file.write_text(text)
    system = em.load_case(case, overrides=["case.dkk_per_eur = 8"])
    assert system["payment_schemes"].at[("pool", "sun"), "payment_once"] == pytest.approx(5000)
    file.write_text(text.replace("kDKK/MW", "kDKK/MWh"))
    with pytest.raises(em.InputError, match="the unit of the header is MWh"):
        em.load_case(case)


@pytest.mark.parametrize(
    ("language", "pool", "sums", "on_top", "rule"),
    [
        ("en", "Pool", "20 EUR (149 DKK, 2025 prices) once to the municipality.", "On top come: Loss of value.", "Once."),
        ("da", "Pulje", "20 EUR (149 kr., 2025-priser) én gang til kommunen.", "Hertil kommer: Værditab.", "Én gang."),
    ],
)  # fmt: skip
def test_the_report_is_in_both_languages(run, language, pool, sums, on_top, rule):
    (section,) = run_report(run, language, keys=("payments",)).sections
    table, text, rules = section.blocks
    assert [row[:2] for row in table.rows] == [("sun here", pool), ("sun here", "bonus")]
    assert len(table.heads) == len(table.rows[0]) == 6
    assert table.rows[1][3:] == ("", "0.007" if language == "en" else "0,007", "5")
    assert text.sentences[0] == f"{pool}: {sums}"
    assert on_top in " ".join(text.sentences)
    assert rules.rows[0][::2] == (pool, rule)
    assert rules.rows[1][2] == "Yearly."


def test_the_report_tells_the_dwellings_that_are_paid(tmp_path):
    (section,) = run_report(plan(tmp_path, near=2), "en", keys=("payments",)).sections
    table, text, _rules = section.blocks
    assert table.rows[1][-2:] == ("2", "0.0028")
    assert "bonus: 2 dwellings near 1 plants are paid 2.8 EUR/a" in " ".join(text.sentences)


def test_plants_of_one_site_have_dwellings_of_their_own(tmp_path):
    """Half a MW each: of 70 EUR, two dwellings get 0.02/0.5 from the one, three 0.03/0.5 from the other."""
    second = [
        "technology = sun",
        "max_capacity_added = 0.5",
        "investment_cost = 100",
        "dwellings_near = 3",
    ]
    changes = [
        *PRICE,
        "demands.light.yearly = 4",
        *(f"conversions.wind_here.{cell}" for cell in second),
    ]
    run = plan(tmp_path, near=2, changes=changes)
    paid = payments_of(run).set_index(["asset", "scheme"])["yearly_payment"]
    assert paid["sun_here", "bonus"] == pytest.approx(2.8)
    assert paid["wind_here", "bonus"] == pytest.approx(4.2)
    (section,) = run_report(run, "en", keys=("payments",)).sections
    assert "bonus: 5 dwellings near 2 plants are paid 7 EUR/a" in " ".join(
        section.blocks[1].sentences
    )


def test_points_are_told_as_weights(run):
    """The sun uses half a hectare of field, of 2 points for citizens and 1 for firms."""
    (section,) = run_report(run, "en", keys=("payments",)).sections
    assert "weights typed as inputs, from 1 to 2 a hectare" in section.blocks[1].sentences[-1]


def test_show_prints_the_payments_and_their_json(run):
    rows = cli.call("show", run.path, "--json").json["payments"]
    assert [(row["scheme"], row["payment_once"]) for row in rows] == [("pool", 20), ("bonus", None)]
    printed = " ".join(cli.call("show", run.path, "--language", "da").out.split())
    assert "Betalinger til naboer og kommunen" in printed
    assert "Hertil kommer: Værditab." in printed


@pytest.mark.parametrize(
    ("language", "sum_of_pool"),
    [("en", "once to the municipality"), ("da", "én gang til kommunen")],
)
def test_the_page_on_land_has_the_payments(run, language, sum_of_pool):
    page = cli.call("report", run.path, "--topic", "land", "--language", language)
    assert page.code == 0
    assert sum_of_pool in " ".join(page.out.split())


@pytest.mark.parametrize(
    ("row", "issue"),
    [
        ({"technology": "moon"}, "moon"),
        ({"payee": "king"}, "write one of municipality, neighbours"),
        ({"payment_once": -1}, "write zero or more"),
        ({"max_revenue_share": 1.5}, "between 0 and 1"),
    ],
)
def test_a_wrong_scheme_is_refused(tmp_path, row, issue):
    case = two_hour_case.write(tmp_path / "case", payment_schemes=[SCHEMES[0] | row])
    with pytest.raises(em.InputError, match=issue):
        em.load_case(case)


def test_dwellings_near_are_no_negative_number():
    with pytest.raises(em.InputError, match="dwellings_near"):
        case_builder.system(
            2,
            conversions=[case_builder.plant("sun", "power", dwellings_near=-1)],
            flows=[case_builder.flow("sun", "power", 1)],
            markets=[case_builder.market(price=50)],
            demands=[case_builder.demand("light", "power", 2)],
        )
