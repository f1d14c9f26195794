"""Money in reports: the cost without CO2 payments, who pays them, the cost of a tonne less, and kroner."""

import dataclasses

import pytest
from helpers import case_builder, cli, scheme_case

import energy_model as em
from energy_model.reporting.comparison_report import comparison_report, describe_comparison
from energy_model.reporting.content import DataTable
from energy_model.reporting.cost_parts import cost_parts_table
from energy_model.reporting.json_records import comparison_records
from energy_model.reporting.money import with_kroner
from energy_model.reporting.narrative import describe_answer, describe_run
from energy_model.reporting.run_answer import headline_tiles
from energy_model.reporting.run_sections import emissions_section


def test_the_three_numbers_of_money_are_told_with_kroner():
    """10 + 20 of fuel and 215 of payments, 65 + 10 + 10 of them paid; at 8 DKK/EUR in prices of 2024."""
    system = case_builder.system(1, **scheme_case.parts())
    settings = system.settings.model_copy(update={"dkk_per_eur": 8.0, "price_year": 2024})
    run = em.solve(dataclasses.replace(system, settings=settings))
    text = " ".join(describe_run(run))
    assert "The year costs 245 EUR/a (1,960 DKK/a, 2024 prices);" in text
    assert "Without the emission payments of 215 EUR/a it costs 30 EUR/a (240 DKK/a, 2024 prices)." in text  # fmt: skip
    assert "CO2 payments by who pays: ETS 65 EUR/a, ETS2 10 EUR/a, tax 10 EUR/a and paid by nobody 130 EUR/a." in text  # fmt: skip
    text = " ".join(describe_run(run, "da"))
    assert "Uden betaling for udledning på 215 EUR/år koster det 30 EUR/år (240 kr./år, 2024-priser)." in text  # fmt: skip
    assert "fordelt på, hvem der betaler: ETS 65 EUR/år, ETS2 10 EUR/år, afgift 10 EUR/år og modellens pris på anden udledning, som ingen betaler, 130 EUR/år." in text  # fmt: skip
    [table] = [
        block
        for section in emissions_section(run, "en")
        for block in section.blocks
        if isinstance(block, DataTable) and block.title == "CO2 payments by who pays"
    ]
    assert table.rows[0] == ("ETS", "1.3 t/a", "65 EUR/a (520 DKK/a, 2024 prices)")
    assert table.rows[3] == ("nobody", "2.6 t/a", "130 EUR/a (1,040 DKK/a, 2024 prices)")
    tiles = dict(headline_tiles(run, "en").pairs)
    assert tiles["Annual cost without emission payments"] == "30 EUR/a (240 DKK/a, 2024 prices)"
    assert describe_answer(run).startswith(
        "The plan costs 30 EUR/a (240 DKK/a, 2024 prices) plus 215 EUR/a for emissions and emits"
    )


def test_who_pays_is_not_told_where_the_case_names_no_scheme():
    plain = [{k: v for k, v in row.items() if k != "emission_scheme"} for row in scheme_case.CARRIERS]  # fmt: skip
    run = em.solve(
        case_builder.system(
            1,
            **scheme_case.parts(
                carriers=plain,
                technologies=[{"technology": "kiln", "capacity_unit": "MW"}],
                markets=[case_builder.market("coal_market", "coal"), case_builder.market("oil_market", "oil")],
                residual_emissions=[{"residual": "farming", "sector": "farming", "amount": 4}],
            ),
        )
    )  # fmt: skip
    text = " ".join(describe_run(run))
    assert "Without the emission payments of 215 EUR/a it costs 30 EUR/a" in text
    assert "who pays" not in text


def test_payments_that_sum_to_zero_change_no_cost():
    """What nobody pays for 2.6 t less than farming's is 85 below zero: as much as others pay."""
    residuals = [
        {"residual": "farming", "sector": "farming", "amount": -1.3},
        {"residual": "industry", "sector": "industry", "amount": 1, "emission_scheme": "ets"},
    ]
    run = em.solve(case_builder.system(1, **scheme_case.parts(residual_emissions=residuals)))
    text = " ".join(describe_run(run))
    assert "The emission payments sum to zero, so the year costs the same without them." in text
    assert "and paid by nobody -85 EUR/a" in text


@pytest.mark.parametrize(
    ("amount", "english", "danish"),
    [
        (520.8e6, "521 MEUR/a (3.89 bn DKK/a, 2025 prices)", "521 mio. EUR/år (3,89 mia. kr./år, 2025-priser)"),
        (-2e6, "-2 MEUR/a (-14.9 MDKK/a, 2025 prices)", "-2 mio. EUR/år (-14,9 mio. kr./år, 2025-priser)"),
    ],
)  # fmt: skip
def test_amounts_have_kroner_of_their_size(amount, english, danish):
    settings = {"dkk_per_eur": 7.46038, "price_year": 2025}
    assert with_kroner(amount, settings, "en") == english
    assert with_kroner(amount, settings, "da") == danish


def test_the_extra_cost_of_a_target_is_told_for_each_tonne():
    """For 1 t less, oil for 20 with 2 t replaces coal for 10 with 3 t: 10 EUR/t without payments of 5 EUR/t."""
    dirty = {"coal": {"emission_factor": 3}, "oil": {"emission_factor": 2}, "co2": {"price": 5}}
    carriers = [row | dirty.get(row["carrier"], {}) for row in scheme_case.CARRIERS]
    runs = [
        em.solve(case_builder.system(1, **scheme_case.parts(carriers=carriers, target=target)))
        for target in ('"none"', 7.8)
    ]
    comparison = em.compare(runs, ["reference", "target"])
    assert comparison.extra_cost == pytest.approx(
        {"cost": 10, "emissions_less": 1, "per_tonne": 10}
    )
    sentences = describe_comparison(comparison, "en")
    assert "Without emission payments the difference in cost is +10 EUR/a (+74.6 DKK/a, 2025 prices): 10 EUR/t for each tonne less." in sentences  # fmt: skip
    last_tonne = float(comparison.summary.at["emission_target_shadow_price", "target"]) + 5
    assert f"The last tonne costs {last_tonne:.3g} EUR/t." in sentences
    assert last_tonne == pytest.approx(10)  # oil for 20 with 2 t in place of coal for 10 with 3 t
    assert "The CO2 payments change by who pays: ETS -15 EUR/a and ETS2 10 EUR/a." in sentences  # fmt: skip
    [table] = [
        block
        for part in comparison_report(comparison, None, "en").sections
        for block in part.blocks
        if isinstance(block, DataTable) and block.title.startswith("What the cost consists of")
    ]
    # 8 t of 10.5 in the quota of the reference; without payments the difference is 10, with them 5
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["plants, energy and transport"][2] == "10"
    assert rows["paid for emissions: EU ETS"][2] == "-15"
    assert rows["paid for emissions: ETS2"][2] == "10"
    assert rows["annual cost, which the plan minimizes"][2] == "5"
    assert "paid for emissions: tax" in rows
    larger = dataclasses.replace(
        comparison,
        summary=comparison.summary.assign(
            **{
                c: comparison.summary[c].astype(float) * 1e6
                for c in ("reference", "target", "difference")
            }
        ),
    )
    [table] = cost_parts_table(larger, "da")
    assert table.title == "Hvad omkostningen består af [mio. EUR/år]"
    assert [row[3] for row in table.rows if row[0] == "anlæg, energi og transport"] == ["10"]
    danish = describe_comparison(comparison, "da")
    assert "Uden betaling for udledning er forskellen i omkostning +10 EUR/år (+74,6 kr./år, 2025-priser): 10 EUR/t for hvert ton mindre." in danish  # fmt: skip
    assert comparison_records(comparison, None)["extra_cost"]["per_tonne"] == pytest.approx(10)
    back = describe_comparison(em.compare(runs[::-1], ["target", "reference"]), "en")
    assert "Without emission payments the difference in cost is -10 EUR/a (-74.6 DKK/a, 2025 prices): each tonne more saves 10 EUR/t." in back  # fmt: skip


def test_who_pays_is_told_on_the_command_line(tmp_path):
    folder = case_builder.write(tmp_path / "case", 1, **scheme_case.parts())
    told = cli.call("run", folder, "--out", tmp_path / "run", "--json")
    assert told.code == 0, told.err
    assert told.json["summary"]["emission_payments_ets2"] == pytest.approx(10)
    shown = cli.call("show", tmp_path / "run", "--language", "en").out
    assert "CO2 payments by who pays" in shown
    rows = cli.call("show", tmp_path / "run", "--json").json["emissions"]
    [oil] = [row for row in rows if row["name"] == "oil_market"]
    assert (oil["scheme"], oil["payment"]) == ("ets2", pytest.approx(10))
    parties = cli.call("accounts", tmp_path / "run", "--json").json["parties"]
    assert sum(row["target_value"] for row in parties) == pytest.approx(-130)
    said = cli.call("check", folder, "--set", "markets.oil_market.emission_scheme = quota")
    assert said.code != 0
    assert "write one of ets, ets2, tax, none" in " ".join(said.err.split())
