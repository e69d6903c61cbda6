"""No value of a Secret is shown, in the Secret or elsewhere; that it changed is."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest

from rolloutgen.diff.redact import HIDDEN, HIDDEN_CHANGED, concealer_of
from rolloutgen.model import Manifest, Ref

PEM = "-----BEGIN-----\nMIIBVgIBADANBgkqhkiG9w0\nBAQEFAASCAT8wggE7AgEAAkEA\n-----END-----\n"


def secret(**fields: Any) -> Manifest:
    body = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "web"}, "type": "Opaque", **fields}
    return Manifest(Ref("v1", "Secret", "", "web"), body)


def config(value: str) -> Manifest:
    return Manifest(Ref("v1", "ConfigMap", "", "web"), {"kind": "ConfigMap", "data": {"url": value}})


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_a_secret_shows_its_keys_and_which_of_them_changed() -> None:
    before, after = secret(data={"a": "MQ==", "b": "Mg=="}), secret(data={"a": "MQ==", "b": "Mw==", "c": "NA=="})
    hidden = concealer_of([before], [after])
    assert hidden.body(before)["data"] == {"a": HIDDEN, "b": HIDDEN}
    assert hidden.body(after, before)["data"] == {"a": HIDDEN, "b": HIDDEN_CHANGED, "c": HIDDEN}
    assert hidden.body(after, before)["type"] == "Opaque"


def test_fields_that_nobody_foresaw_are_hidden_too() -> None:
    odd = secret(extra="plainly-secret", data="not a map: s3cr3t-value")
    annotated = secret(
        metadata={"name": "web", "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "s3cr3t"}}
    )
    assert "secret-" not in json.dumps(concealer_of([odd]).body(odd)).lower().replace("not shown: secret", "")
    assert "plainly" not in json.dumps(concealer_of([odd]).body(odd))
    assert "s3cr3t" not in json.dumps(concealer_of([annotated]).body(annotated))


def test_the_value_is_hidden_where_another_object_repeats_it_plain_or_encoded() -> None:
    side = [secret(data={"password": encoded("hunter2-and-more")}), secret(stringData={"token": "abc-def-ghi"})]
    hidden = concealer_of(side)
    found = hidden.body(config(f"postgres://web:hunter2-and-more@db/{encoded('hunter2-and-more')}?t=abc-def-ghi"))
    assert found["data"]["url"] == f"postgres://web:{HIDDEN}@db/{HIDDEN}?t={HIDDEN}"


@pytest.mark.parametrize(
    "text",
    [
        "abchunter2-and!moredef",
        "postgres://web:hunter2-and%21more@db",
        "HUNTER2-AND!MORE",
        f"Basic {encoded('u:hunter2-and!more')}",
        f"Basic {encoded('us:hunter2-and!more')} x",
        f"Basic {encoded('use:hunter2-and!more')}",
        f"{encoded('{auth: hunter2-and!more}')}",
    ],
)
def test_the_value_is_hidden_in_other_clothes(text: str) -> None:
    hidden = concealer_of([secret(stringData={"x": "hunter2-and!more"})])
    found = hidden.text(text).removeprefix("Basic ").removesuffix(" x")
    assert HIDDEN in found and "unter2" not in found.lower() and encoded("hunter2-and!")[4:12] not in found
    assert not re.search("[A-Za-z0-9]{9,}", found.replace(HIDDEN, "").replace("postgres", ""))


def test_keys_numbers_and_lines_of_a_longer_text_are_hidden() -> None:
    hidden = concealer_of([secret(stringData={"password": "12345678", "token": "key-4-me-too", "pem": PEM})])
    assert hidden.value({"key-4-me-too": [12345678, 12, True]}) == {HIDDEN: [HIDDEN, 12, True]}
    assert hidden.text(PEM.splitlines()[1]) == HIDDEN


def test_ordinary_words_of_a_secret_do_not_hide_half_of_the_release() -> None:
    side = [secret(stringData={"username": "postgres", "port": "5432", "password": "on"})]
    assert concealer_of(side).text("image postgres:15 on port 5432") == "image postgres:15 on port 5432"


def test_binary_content_does_no_harm() -> None:
    side = [secret(data={"key": base64.b64encode(b"\xff\xfe\x00").decode(), "broken-key": "%%%", "none": None})]
    assert concealer_of(side).text("as it is") == "as it is"
