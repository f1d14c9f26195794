"""What firms can do together: three firms worked out on paper, laws, and what cannot be."""

import pytest
from helpers import case_builder, three_firm_case

import energy_model as em


@pytest.fixture
def case(tmp_path):
    """See `exchange`."""
    return three_firm_case.write(tmp_path / "case")


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exchange")
    execution = em.ExecutionOptions(workers=0, keep_runs=False)
    return em.symbiosis(
        three_firm_case.write(folder / "case"), folder / "study", execution=execution
    )


@pytest.mark.slow
def test_the_worth_of_every_coalition(found):
    worth = found.tables["coalitions"].set_index("coalition")["value"]
    told = {"A B": 100, "A C": 60, "B C": 0, "A B C": 130, "A": 0, "B": 0, "C": 0}
    assert worth[list(told)].to_dict() == pytest.approx(told)


def test_the_shares(found):
    """Shapley 70, 40, 20; the nucleolus 80, 35, 15."""
    shares = found.tables["shares"].set_index("firm")
    assert shares["shapley"].to_dict() == pytest.approx({"A": 70, "B": 40, "C": 20})
    assert shares["nucleolus"].to_dict() == pytest.approx({"A": 80, "B": 35, "C": 15})
    assert shares["marginal_contribution"].to_dict() == pytest.approx({"A": 130, "B": 70, "C": 30})


def test_each_statement_adds_up(found):
    """What prices give and the side payment make the share; the side payments and what others gain sum to nothing."""
    shares, everybody = found.tables["shares"], found.tables["parties"].set_index("party")
    assert everybody["gain"].sum() == pytest.approx(130)
    players = list(shares["firm"])
    for rule in ("shapley", "nucleolus"):
        assert (shares["prices"] + shares[f"side_payment_{rule}"]).tolist() == pytest.approx(shares[rule].tolist())  # fmt: skip
        others = everybody["gain"].drop(players).sum()
        assert shares[f"side_payment_{rule}"].sum() == pytest.approx(others)


def test_prices_give_it_to_the_scarce_heat_and_the_full_pipe(found):
    """Heat is worth what C saves, 30: A earns 3 x 30, the full pipe to B 2 x 20, which nobody owns; B and C pay as before."""
    everybody = found.tables["parties"].set_index("party")["gain"]
    told = {"A": 90, "B": 0, "C": 0, "nobody named": 40}
    assert everybody[list(told)].to_dict() == pytest.approx(told, abs=1e-6)


def test_which_splits_are_in_the_core(found):
    splits = found.tables["allocations"].set_index("rule")
    assert splits.loc["nucleolus", "in_core"]
    assert splits.loc["shapley", "in_core"]  # 110 >= 100, 90 >= 60, 60 >= 0
    assert not splits.loc["prices", "in_core"]
    assert splits.loc["prices", "blocking_coalition"] == "A B"
    assert splits.loc["rents", "sum"] == pytest.approx(40)
    assert splits["least_core_excess"].iloc[0] == pytest.approx(-15)


def test_links_alone_last_and_in_pairs(found):
    """The pipe to B is worth 100 alone, 70 last in; to C 60 and 30: they replace each other by 30."""
    links = found.tables["links"].set_index("link")
    assert links["standalone_value"].to_dict() == pytest.approx({"to_b": 100, "to_c": 60})
    assert links["marginal_value"].to_dict() == pytest.approx({"to_b": 70, "to_c": 30})
    assert links["hours_full"].to_dict() == pytest.approx({"to_b": 2, "to_c": 0})
    assert links["value_of_capacity"].to_dict() == pytest.approx({"to_b": 40, "to_c": 0})
    pair = found.tables["pairs"].iloc[0]
    assert (pair["standalone_synergy"], pair["marginal_synergy"]) == pytest.approx((-30, -30))
    assert pair["kind"] == "replace"
    values = found.tables["capacity_values"]
    assert values[values["link"] == "to_b"]["value"].tolist() == pytest.approx([20, 20])


@pytest.mark.slow
def test_links_that_need_each_other_reinforce(tmp_path, here):
    """Heat reaches C only through B: each pipe alone but the first is worth nothing."""
    links = [
        {"link": "first", "carrier": "heat", "from_site": "a", "to_site": "b", "both_ways": "no", "capacity_existing": 1, "giver": "A", "taker": "B"},
        {"link": "second", "carrier": "heat", "from_site": "b", "to_site": "c", "both_ways": "no", "capacity_existing": 1, "giver": "B", "taker": "C"},
    ]  # fmt: skip
    demands = [case_builder.demand("want_c", yearly=2, firm="C") | {"site": "c"}]
    case = three_firm_case.write(tmp_path / "case", links=links, demands=demands)
    pair = em.symbiosis(case, tmp_path / "study", execution=here).tables["pairs"].iloc[0]
    assert (pair["standalone_value"], pair["kind"]) == (pytest.approx(60), "reinforce")


@pytest.mark.slow
def test_firms_that_are_alike_get_alike(tmp_path, here):
    """B and C want the same at the same price."""
    markets = [
        case_builder.market(f"own_{s}", "heat", firm=s.upper(), price=40) | {"site": s}
        for s in "bc"
    ]
    case = three_firm_case.write(tmp_path / "case", markets=markets)
    shares = (
        em.symbiosis(case, tmp_path / "study", execution=here).tables["shares"].set_index("firm")
    )
    for rule in ("shapley", "nucleolus"):
        assert shares.at["B", rule] == pytest.approx(shares.at["C", rule])


@pytest.mark.slow
def test_a_coalition_without_a_plan_is_told(tmp_path, here):
    """C has no heat of its own: without A it cannot be served, and that is counted, not hidden."""
    markets = [case_builder.market("own_b", "heat", firm="B", price=50) | {"site": "b"}]
    case = three_firm_case.write(tmp_path / "case", markets=markets)
    found = em.symbiosis(case, tmp_path / "study", execution=here, penalty=500.0)
    table = found.tables["coalitions"].set_index("coalition")
    # all: C takes 2 of the 3 MWh and B buys 1.2 at 50; without A and C together that and the penalty
    assert table.at["A B C", "cost"] == pytest.approx(60)
    assert table.at["A B", "cost"] == pytest.approx(560)
    assert table.at["A B", "status"] == "penalty"
    assert "heat" in table.at["A B", "reason"]
    assert any("no plan" in note for note in found.notes)


@pytest.mark.slow
def test_above_twelve_firms_orders_are_drawn(tmp_path, here):
    """Twelve takers of one giver, all alike: the drawn shares are the exact ones."""
    names = [f"f{i:02}" for i in range(12)]
    case = three_firm_case.write(
        tmp_path / "case",
        sites=[{"site": "a"}, *({"site": n} for n in names)],
        firms=[{"firm": "A"}, *({"firm": n} for n in names)],
        conversions=[case_builder.plant("surplus", firm="A", capacity_existing=100) | {"site": "a"}],
        markets=[case_builder.market(f"own_{n}", "heat", firm=n, price=50) | {"site": n} for n in names],
        demands=[case_builder.demand(f"want_{n}", yearly=2, firm=n) | {"site": n} for n in names],
        links=[{"link": f"to_{n}", "carrier": "heat", "from_site": "a", "to_site": n, "both_ways": "no", "capacity_existing": 1, "giver": "A", "taker": n} for n in names],
    )  # fmt: skip
    found = em.symbiosis(case, tmp_path / "study", pairs=False, samples=4, execution=here)
    shares = found.tables["shares"].set_index("firm")
    assert shares.at["A", "shapley"] == pytest.approx(
        600
    )  # an order and its reverse: once before each taker
    assert shares["shapley"].drop("A").tolist() == pytest.approx([50] * 12)
    assert any("random orders" in note for note in found.notes)


@pytest.mark.slow
def test_it_goes_on_where_it_stood(case, here, tmp_path):
    """Asked again nothing is solved, and the tables are the same."""
    first = em.symbiosis(case, tmp_path / "study", execution=here)
    stamps = {p.name: p.stat().st_mtime_ns for p in (tmp_path / "study" / "cases").iterdir()}
    again = em.symbiosis(case, tmp_path / "study", execution=here)
    assert {p.name: p.stat().st_mtime_ns for p in (tmp_path / "study" / "cases").iterdir()} == stamps  # fmt: skip
    for name, frame in first.tables.items():
        assert frame.equals(again.tables[name]), name


@pytest.mark.parametrize(
    ("links", "said"),
    [
        ([{"giver": "A"}], "fill in both"),
        ([{"giver": "A", "taker": "A"}], "between two"),
        ([{}], "no link names a giver and a taker"),
    ],
)
def test_links_that_are_no_symbiosis(tmp_path, here, links, said):
    plain = {"link": "to_b", "carrier": "heat", "from_site": "a", "to_site": "b", "capacity_existing": 1}  # fmt: skip
    case = three_firm_case.write(tmp_path / "case", links=[plain | link for link in links])
    with pytest.raises(em.InputError, match=said):
        em.symbiosis(case, tmp_path / "study", execution=here)


@pytest.mark.slow
def test_a_firm_that_owns_nothing_is_told(tmp_path, here):
    links = [{"link": "to_b", "carrier": "heat", "from_site": "a", "to_site": "b", "both_ways": "no", "capacity_existing": 1, "giver": "A", "taker": "town"}]  # fmt: skip
    case = three_firm_case.write(tmp_path / "case", links=links)
    found = em.symbiosis(case, tmp_path / "study", execution=here)
    assert any("owns nothing" in note for note in found.notes)


def test_every_firm_has_a_statement_and_the_core_too(found):
    notes = " ".join(found.notes)
    assert all(f"{firm}: the open links change its balance" in notes for firm in ("A", "B", "C"))
    assert "The core is not empty: under some allocation no coalition gains by leaving." in notes
