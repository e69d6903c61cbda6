"""CEL: the part that the rules of custom resources use."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rolloutgen.package_data import data_path
from rolloutgen.schema.cel import CelSyntaxError, compiled


@pytest.mark.parametrize(
    ("rule", "value", "holds"),
    [
        ("self == 1", 1, True),
        ("self == 1", True, False),  # numbers and booleans are never equal
        ("0 < self && self <= 65535", 65535, True),
        ("0 < self && self <= 65535", 65536, False),
        ("has(self.a) && self.a.b == 'x'", {"a": {"b": "x"}}, True),
        ("has(self.a.b)", {"a": {}}, False),
        ("has(self.a.b)", {}, False),  # no such key: a, which the server reports as a failure
        ("(has(self.a) ? 1 : 0) + (has(self.b) ? 1 : 0) <= 1", {"a": 1, "b": 2}, False),
        ("(has(self.a) ? 1 : 0) + (has(self.b) ? 1 : 0) <= 1", {"a": 1}, True),
        ("self.all(k, k.size() != 0)", {"": 1}, False),
        ("self.all(x, self.exists_one(y, x.n == y.n))", [{"n": 1}, {"n": 2}, {"n": 1}], False),
        ("self.filter(x, x > 1).size() == 2", [1, 2, 3], True),
        ("self.map(x, x * 2) == [2, 4]", [1, 2], True),
        ("'*' in self", ["a", "*"], True),
        ("self in ['', 'HTTP']", "HTTPS", False),
        ("self.x == 1 || self.y == 2", {"y": 2}, True),  # the error on the left does not decide
        ("self.x == 1 && self.y == 2", {"y": 3}, False),
        ("self.startsWith('unix://') ? !self.endsWith('/') : true", "unix:///a/", False),
        ('self.matches(r"""^[a-z]+$""")', "abc\n", False),
        ("self.matches('^a\\\\.b$')", "a.b", True),
        ("self.substring(1, 2) == 'b'", "abc", True),
        ("self.split('/')[0].size() < 3", "ab/cdef", True),
        ("self[3] == 1", [1], False),
        ("duration(self) >= duration('1ms')", "1.5s", True),
        ("duration(self) >= duration('1ms')", "1d", False),
        ("quantity(self.a) <= quantity(self.b)", {"a": "1Gi", "b": "1.1G"}, True),
        ("quantity(self.a) <= quantity(self.b)", {"a": 2, "b": "1900m"}, False),
        ("url(self).getScheme() in ['http', 'https']", "ftp://a", False),
        ("!isIP(self)", "10.0.0.1", False),
        ("int(self) > 80", "443", True),
        ("7 / 2 == 3 && -7 / 2 == -3 && -7 % 2 == -1", None, True),
        ("p1.__namespace__ == 'x'", None, False),
        ("has(self.__namespace__)", {"namespace": "x"}, True),
        ("self.x ? true : false", {"x": "yes"}, False),  # a string is no condition
    ],
)
def test_rules(rule: str, value: Any, holds: bool) -> None:
    assert compiled(rule)(value) is holds


def test_nested_loops_over_thousands_of_items_end() -> None:
    assert compiled("self.all(x, self.exists_one(y, x == y))")(list(range(20_000))) is True


@pytest.mark.parametrize("rule", ["", "self ==", "self.unheard(1)", "nothing(self)", "has(self)", "self @ 1", "(self"])
def test_what_is_not_understood_is_said(rule: str) -> None:
    with pytest.raises(CelSyntaxError):
        compiled(rule)


def test_every_rule_of_the_packaged_schemas_is_understood() -> None:
    rules = {rule for path in data_path("schemas").glob("*.json") for rule in _rules(json.loads(path.read_text()))}
    assert len(rules) > 100
    for rule in rules:
        compiled(rule)
        assert "oldSelf" not in rule


def _rules(node: Any) -> list[str]:
    if isinstance(node, list):
        return [rule for item in node for rule in _rules(item)]
    if not isinstance(node, dict):
        return []
    own = [item["rule"] for item in node.get("x-kubernetes-validations", ()) if isinstance(item, dict)]
    return own + [rule for value in node.values() for rule in _rules(value)]
