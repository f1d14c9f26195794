"""Market: purchases and sales across the system boundary at exogenous prices → costs and emissions.

A price has the components price, tariff and tax; the perspective selects those that count.
Purchases have the emissions of the carrier.
"""

from __future__ import annotations

from energy_model.case.schema import Table
from energy_model.case.system import System
from energy_model.compiler.model import Model, Var
from energy_model.formulation.expressions import LinkingSums
from energy_model.formulation.metadata import POLICY
from energy_model.formulation.sets_and_parameters import indexed_set, ordered_set

MARKETS = Table.declare("markets", "market", "Purchases and sales of carriers across the boundary.", """
    market                  -                    name                 Name
    site                    -                    in sites             Site of the market
    carrier                 -                    in carriers          Traded carrier
    label_en                -                    text = none          English label
    label_da                -                    text = none          Danish label
    firm                    -                    in firms = none      Firm that trades
    max_purchase            unit/h               limit, usual 0..1e6 = inf  Maximum purchase
    max_sale                unit/h               limit, usual 0..1e6 = 0  Maximum sale
    price                   EUR/unit             hourly any, usual -1000..20000 = none  Price of a purchase; if empty, the carrier's price
    sale_price              EUR/unit             hourly any, usual -1000..20000 = none  Price of a sale; if empty, the price of a purchase
    tariff                  EUR/unit             hourly any, usual -1000..5000 = 0  Tariff on a purchase
    sale_tariff             EUR/unit             hourly any, usual -1000..5000 = 0  Tariff on a sale
    tax                     EUR/unit             hourly any, usual -1000..5000 = 0  Tax on a purchase
    emission_factor         t/unit               hourly any, usual -10..10 = none  Emissions of purchases; if empty, the carrier's factor
    emission_scheme         -                    one of ets ets2 tax none = none  Scheme under which the emissions of purchases are paid for; if empty, the carrier's scheme
    max_yearly_purchase     unit/a               not negative, usual 0..1e9 = none  Maximum purchase in the year
    min_yearly_purchase     unit/a               not negative, usual 0..1e9 = none  Minimum purchase in the year
    """)  # fmt: skip

TABLES = (MARKETS,)


def build(m: Model, system: System, accounts: LinkingSums) -> None:
    """Adds purchases and sales, and their limits, costs and emissions."""
    _add_sets(m, system)
    _add_variables_and_constraints(m)
    _post_costs(system, accounts)
    accounts.energy.post(
        "markets",
        lambda m, b, t: (
            sum(m.purchase[k, t] for k in m.markets_at[b])
            - sum(m.sale[k, t] for k in m.sellers_at[b])
        ),
    )
    accounts.emissions.post(
        "purchases",
        lambda m: sum(
            m.emission_factor[k, t] * m.step_weight[t] * m.purchase[k, t]
            for k in m.markets
            for t in m.steps
        ),
    )
    if system.settings.emissions.credit_exports:
        accounts.emissions.post(
            "exports",
            lambda m: sum(
                -m.emission_factor[k, t] * m.step_weight[t] * m.sale[k, t]
                for k in m.sellers
                for t in m.steps
            ),
        )


def _add_sets(m: Model, system: System) -> None:
    markets = system["markets"]
    m.sellers = ordered_set(markets.index[markets["max_sale"] > 0], within=m.markets)
    m.markets_at = indexed_set(m.buses, system.rows_at("markets"))
    m.sellers_at = indexed_set(m.buses, system.rows_at("markets", where=markets["max_sale"] > 0))
    m.capped = ordered_set(markets.index[markets["max_yearly_purchase"].notna()], within=m.markets)
    m.obliged = ordered_set(markets.index[markets["min_yearly_purchase"].notna()], within=m.markets)


def _add_variables_and_constraints(m: Model) -> None:
    m.purchase = Var(
        m.markets,
        m.steps,
        bounds=lambda m, k, t: (0, m.max_purchase[k]),
        doc="Purchase [unit/h]",
        account="purchases",
    )
    m.sale = Var(
        m.sellers,
        m.steps,
        bounds=lambda m, k, t: (0, m.max_sale[k]),
        doc="Sale [unit/h]",
        account="sales",
    )

    @m.Constraint(m.capped, doc="Yearly purchases are at most their maximum", role=POLICY)
    def purchase_limit(m, k):
        return sum(m.step_weight[t] * m.purchase[k, t] for t in m.steps) <= m.max_yearly_purchase[k]

    @m.Constraint(m.obliged, doc="Yearly purchases are at least their minimum", role=POLICY)
    def purchase_obligation(m, k):
        return sum(m.step_weight[t] * m.purchase[k, t] for t in m.steps) >= m.min_yearly_purchase[k]


def _post_costs(system: System, accounts: LinkingSums) -> None:
    view = system.settings.view
    price_factor, tariff_factor, tax_factor = (
        view.factor("price"),
        view.factor("tariff"),
        view.factor("tax"),
    )
    accounts.cost.post(
        "purchases",
        lambda m: sum(
            price_factor * m.price[k, t] * m.step_weight[t] * m.purchase[k, t]
            for k in m.markets
            for t in m.steps
        ),
    )
    accounts.cost.post(
        "tariffs",
        lambda m: (
            sum(
                tariff_factor * m.tariff[k, t] * m.step_weight[t] * m.purchase[k, t]
                for k in m.markets
                for t in m.steps
            )
            + sum(
                tariff_factor * m.sale_tariff[k, t] * m.step_weight[t] * m.sale[k, t]
                for k in m.sellers
                for t in m.steps
            )
        ),
    )
    accounts.cost.post(
        "taxes",
        lambda m: sum(
            tax_factor * m.tax[k, t] * m.step_weight[t] * m.purchase[k, t]
            for k in m.markets
            for t in m.steps
        ),
    )
    accounts.cost.post(
        "sales",
        lambda m: sum(
            -price_factor * m.sale_price[k, t] * m.step_weight[t] * m.sale[k, t]
            for k in m.sellers
            for t in m.steps
        ),
    )
