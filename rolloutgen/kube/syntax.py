"""What Kubernetes and Go accept as a name, a label, a quantity, a duration, a selector."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass

_DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_DNS_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_QUALIFIED = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")


def is_dns_label(name: str) -> bool:
    """Whether `name` is an RFC 1123 label: container, volume and Service names."""
    return len(name) <= 63 and _DNS_LABEL.fullmatch(name) is not None


def is_dns_subdomain(name: str) -> bool:
    """Whether `name` is an RFC 1123 subdomain: most object names."""
    return len(name) <= 253 and _DNS_SUBDOMAIN.fullmatch(name) is not None


def is_port_name(name: str) -> bool:
    """Whether `name` is an IANA service name: at most 15 of a-z, 0-9 and single inner hyphens, with a letter."""
    shape = _DNS_LABEL.fullmatch(name) is not None and "--" not in name
    return shape and len(name) <= 15 and any(letter.isalpha() for letter in name)


def is_env_name(name: str) -> bool:
    """Whether `name` can name an environment variable: printable ASCII without "=" (the rule since 1.30)."""
    return bool(name) and all(" " <= letter <= "~" and letter != "=" for letter in name)


@lru_cache(maxsize=4096)
def is_label_key(key: str) -> bool:
    """Whether `key` is a qualified name: an optional DNS subdomain and a slash, then at most 63 characters."""
    prefix, slash, name = key.rpartition("/")
    if slash and not is_dns_subdomain(prefix):
        return False
    return len(name) <= 63 and _QUALIFIED.fullmatch(name) is not None


@lru_cache(maxsize=4096)
def is_label_value(value: str) -> bool:
    """Whether `value` can be the value of a label: empty, or at most 63 characters of a qualified name."""
    return value == "" or (len(value) <= 63 and _QUALIFIED.fullmatch(value) is not None)
