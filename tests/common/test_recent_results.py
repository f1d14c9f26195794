"""Recent results: a key is computed once while it is recent, and the least recent key is dropped."""

from energy_model.common.recent_results import RecentResults


def test_a_key_is_computed_once_while_it_is_recent():
    computed = []
    results = RecentResults(2)

    def ask(key):
        return results.get(key, lambda: computed.append(key) or key.upper())

    assert [ask(key) for key in "abab"] == ["A", "B", "A", "B"]
    assert computed == ["a", "b"]
    ask("a")
    ask("c")  # b is the least recent
    assert results.find("b") is None
    assert results.find("a") == "A"
    ask("b")
    assert computed == ["a", "b", "c", "b"]
