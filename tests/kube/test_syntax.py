"""What Kubernetes accepts as a name or a label."""

from __future__ import annotations

import pytest

from rolloutgen.kube import syntax


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (syntax.is_dns_label, ("a", "a-b", "0", "a" * 63), ("", "A", "a_b", "-a", "a-", "a.b", "a" * 64)),
        (syntax.is_port_name, ("http", "a-1", "1a", "a" * 15), ("", "80", "a--b", "-a", "a" * 16, "Http")),
        (syntax.is_label_value, ("", "a_b.c", "V1", "a" * 63), ("-a", "a b", "a/b", "a" * 64, "a+b")),
        (
            syntax.is_label_key,
            ("app", "example.com/app", "A_b"),
            ("", "/a", "a/", "a b", "a/b/c", "Ex.com/a", "a" * 64),
        ),
        (syntax.is_env_name, ("A", "a.b-c", "0", "with space"), ("", "A=B", "ä")),
    ],
)
def test_names(check: object, good: tuple[str, ...], bad: tuple[str, ...]) -> None:
    assert callable(check)
    assert [name for name in good if not check(name)] == []
    assert [name for name in bad if check(name)] == []
