"""The names that a conversion makes, and where a text names a Service."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolloutgen.kube.naming import (
    LONGEST,
    distinct,
    preview_host,
    rename_service,
    short,
    track_names,
    words,
)


def test_a_cut_leaves_no_dash_at_the_end() -> None:
    assert short("web-api", 4) == "web"
    assert short("web--api", 5) == "web-", "one dash goes, as sprig's trimSuffix takes one"


def test_names_of_the_two_services() -> None:
    assert track_names("web", "canary", "suffix") == ("web-stable", "web-canary")
    assert track_names("web", "canary", "keep") == ("web", "web-canary")
    assert track_names("web", "blue-green", "suffix") == ("web-active", "web-preview")


@given(st.from_regex(r"[a-z][a-z0-9-]{0,61}[a-z0-9]", fullmatch=True), st.booleans())
def test_no_name_of_a_service_is_longer_than_a_label(name: str, hashed: bool) -> None:
    assert all(len(track) <= LONGEST for track in track_names(name, "canary", "suffix", hashed=hashed))


def test_names_that_differ_behind_the_cut_stay_apart_with_a_hash() -> None:
    one, other = "a" * 60 + "-one", "a" * 60 + "-two"
    assert short(one, 56) == short(other, 56)
    assert distinct(one, 56) != distinct(other, 56)
    assert distinct("web", 56) == "web"


def test_a_key_of_values_as_a_name() -> None:
    assert words("shopApi") == "shop-api"


def test_the_preview_of_a_host() -> None:
    assert preview_host("app.example.org") == "app-preview.example.org"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://web", "http://web-stable"),
        ("http://web:8080/a", "http://web-stable:8080/a"),
        ("amqp://user:pw@web/v", "amqp://user:pw@web-stable/v"),
        ("web:80", "web-stable:80"),
        ("web.prod.svc", "web-stable.prod.svc"),
        ("http://website", "http://website"),
        ("https://web:secret@db", "https://web:secret@db"),
        ("registry/web:1.2", "registry/web:1.2"),
        ("my-web:80", "my-web:80"),
    ],
)
def test_addresses_in_a_text(text: str, expected: str) -> None:
    assert rename_service(text, "web", "web-stable", "prod", same_namespace=True) == expected


def test_a_text_elsewhere_needs_the_namespace() -> None:
    assert rename_service("http://web", "web", "w", "prod", same_namespace=False) == "http://web"
    assert rename_service("http://web.prod", "web", "w", "prod", same_namespace=False) == "http://w.prod"
