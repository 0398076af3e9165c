"""What a model brought is told by month, and one that costs more than it saves is proposed for retirement."""

import pytest

from bobae.core import speaking, telling_time_of, text
from bobae.evidence.value import Prices
from bobae.monitor.ledger import Books, by_month, entry_of, late_cost, retirements, whole
from bobae.registry.catalogue import Alarm, LedgerEntry, Outcome

NS, DAY = 1_000_000_000, 86_400_000_000_000
OWN = Prices(missed=2e6, false=1e5, late=1e5, assumed=False)
NOV_30 = 1_796_050_800 * NS  # 2026-11-30T15:00:00Z, which is 1 December in Seoul


def entry(number: int, outcome: Outcome, *, at: int = NOV_30, prices: Prices = OWN, delay_s: float = 0) -> LedgerEntry:
    said = text("{asset} runs differently from usual.", asset="press")
    alarm = Alarm("press:anomaly", "press", "m1", "anomaly", at, at, 2.0, (), said, id=number)
    return entry_of(alarm, outcome, Books(prices, "KRW"), written_ns=at, delay_s=delay_s)


def test_a_useful_alarm_saves_the_fault_less_its_delay_and_a_false_one_costs():
    assert entry(1, Outcome.USEFUL).saved == 2e6
    assert entry(1, Outcome.USEFUL, delay_s=5 * 3600).saved == 1.5e6
    assert entry(1, Outcome.USEFUL, delay_s=100 * 3600).saved == 0.0
    assert (entry(1, Outcome.FALSE).cost, entry(1, Outcome.FALSE).saved) == (1e5, 0.0)
    unjudged = entry(1, Outcome.UNJUDGED)
    assert (unjudged.saved, unjudged.cost, unjudged.would_save, unjudged.would_cost) == (0.0, 0.0, 2e6, 1e5)


def test_with_assumed_costs_half_of_a_fault_is_saved():
    assert late_cost(Prices.of({}, "KRW"), None) == 2.5e6


def test_months_are_those_of_the_plant():
    entries = [entry(1, Outcome.USEFUL, at=NOV_30 - 1), entry(2, Outcome.FALSE), entry(3, Outcome.UNJUDGED)]
    with telling_time_of("Asia/Seoul"):
        november, december = by_month(entries)
    assert (november.month, november.worth.saved.value) == ("2026-11", 2e6)
    assert (december.month, len(december.booked.false), december.booked.unjudged) == ("2026-12", 1, 1)
    (model,) = whole(entries)
    assert (len(model.booked.useful), len(model.booked.false), model.booked.unjudged) == (1, 1, 1)


@pytest.mark.parametrize(("language", "word"), [("ko", "사용을 중지"), ("en", "out of service")])
def test_a_model_that_loses_money_is_proposed_for_retirement(language: str, word: str):
    with speaking(language):
        (proposal,) = retirements([entry(n, Outcome.FALSE) for n in range(6)])
        assert word in str(proposal.said)
        assert "600,000" in str(proposal.said)
    assert retirements([*(entry(n, Outcome.FALSE) for n in range(6)), entry(7, Outcome.USEFUL)]) == []
