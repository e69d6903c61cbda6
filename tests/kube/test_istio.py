"""Names and hosts of Istio objects as the controller and Istio read them."""

from __future__ import annotations

import pytest

from rolloutgen.kube.istio import certificate_covers, covers, service_of, short_host, split_name


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("web", ("", "web")),
        ("web.shop", ("shop", "web")),
        ("web.v2.shop", ("shop", "web.v2")),
        ("web.shop.cluster.local", ("shop", "web")),
    ],
)
def test_a_virtual_service_s_name_in_a_rollout(name: str, parts: tuple[str, str]) -> None:
    assert split_name(name) == parts


@pytest.mark.parametrize(
    ("host", "service"),
    [
        ("web", ("shop", "web")),
        ("web.shop", ("shop", "web")),
        ("web.other.svc", ("other", "web")),
        ("web.other.svc.cluster.local", ("other", "web")),
        ("example.com", None),
        ("api.example.com", None),
        ("*", None),
        ("", None),
    ],
)
def test_the_service_behind_a_host(host: str, service: tuple[str, str] | None) -> None:
    assert service_of(host, "shop") == service


def test_the_controller_cuts_a_host_at_its_first_dot() -> None:
    assert [short_host(host) for host in ("web", "web.shop.svc", ".web")] == ["web", "web", ""]


@pytest.mark.parametrize(
    ("pattern", "host", "both"),
    [
        ("*", "a.b", True),
        ("*.b.c", "a.b.c", True),
        ("*.c", "a.b.c", True),
        ("*.b.c", "b.c", False),
        ("a.b", "a.b", True),
    ],
)
def test_host_patterns(pattern: str, host: str, both: bool) -> None:
    assert covers(pattern, host) is both


@pytest.mark.parametrize(
    ("name", "host", "serves"),
    [
        ("*.b.c", "a.b.c", True),
        ("*.c", "a.b.c", False),
        ("a.b.c", "a.b.c", True),
        ("*.b.c", "*.b.c", True),
        ("*.c", "*.c", True),
    ],
)
def test_a_wildcard_certificate_stands_for_one_label(name: str, host: str, serves: bool) -> None:
    assert certificate_covers(name, host) is serves
