"""A Deployment and its Service beside each other: what one place can say of the other."""

from __future__ import annotations

from rolloutgen.chart.chart import Chart
from rolloutgen.convert.discover.pairing import (
    SitePair,
    condition,
    in_one_loop,
    paired,
    paired_by_name,
    presence,
    printed_once,
)
from rolloutgen.gotemplate.expressions import parse
from rolloutgen.gotemplate.sources import Site, Sources, read_sources

DEPLOYMENT = '{{ define "d" }}\nkind: Deployment\nmetadata: {name: x}\n{{ end }}\n'
SERVICE = '{{ define "s" }}\n%skind: Service\nmetadata: {name: x}\n%s{{ end }}\n'


def chart(lib: str, calls: str) -> Sources:
    files = {"templates/_lib.tpl": lib.encode(), "templates/y.yaml": calls.encode()}
    return read_sources(Chart("t", {"Chart.yaml": b"name: t\nversion: 1.0.0\n", **files}))


def of_kind(found: Sources, kind: str) -> Site:
    return next(site for site in found.sites.values() if kind in site.kinds())


def pair(calls: str, opened: str = "", closed: str = "") -> tuple[SitePair | None, Sources]:
    found = chart(DEPLOYMENT + SERVICE % (opened, closed), calls)
    return paired(of_kind(found, "Deployment"), of_kind(found, "Service"), found), found


def both(given: str, more: str = "") -> str:
    return f'{{{{ include "d" (dict {given}) }}}}\n---\n{{{{ include "s" (dict {given}{more}) }}}}\n---\n'


def test_calls_with_the_same_entries_are_pairs() -> None:
    found, _ = pair(both('"root" . "name" "a"') + both('"root" . "name" "b"', ' "port" 80'))
    assert found is not None
    assert len(found.both) == 2
    assert found.told(parse(".name"), found.service, found.deployment)
    assert not found.told(parse(".port"), found.service, found.deployment)
    name = 'printf "%s-%v" .root.Release.Name .name'
    assert found.alike(parse(name), found.service, parse(name.replace("%s-%v", "%v-%s")), found.deployment)


def test_a_word_in_a_format_is_the_word_that_is_handed_over() -> None:
    found, _ = pair(both('"root" . "name" "a"'))
    assert found is not None
    name = 'printf "%s-%s" .root.Release.Name .name'
    assert found.alike(parse('printf "%s-a" .root.Release.Name'), found.service, parse(name), found.deployment)


def test_one_call_more_than_the_other_is_no_pair() -> None:
    assert pair(both('"name" "a"') + '{{ include "d" (dict "name" "b") }}')[0] is None
    assert pair(both('"name" "a"') + '{{ include "s" (dict "name" "b") }}')[0] is None


def test_calls_under_other_conditions_are_no_pair() -> None:
    call = (
        '{{ include "d" (dict "name" "a") }}\n{{ if .Values.a }}\n---\n{{ include "s" (dict "name" "a") }}\n{{ end }}'
    )
    assert pair(call)[0] is None


def by_name(calls: str, of: int) -> bool:
    deployment = "kind: Deployment\nmetadata:\n  name: web\n---\n"
    found = chart('{{ define "s" }}\nkind: Service\nmetadata:\n  name: {{ .name }}\n{{ end }}\n', deployment + calls)
    sites = of_kind(found, "Deployment"), of_kind(found, "Service")
    return paired_by_name(sites[0], parse('"web"'), sites[1], parse(".name"), found, calls=of) is not None


def test_of_the_calls_for_several_deployments_each_has_that_of_its_name() -> None:
    web = '{{ include "s" (dict "root" . "name" "web") }}\n---\n'
    api = web.replace("web", "api")
    assert by_name(web + api, 2)
    assert not by_name(web + api, 1)
    assert not by_name(api, 1)
    assert not by_name(api + "{{ if .Values.a }}\n" + web + "{{ end }}\n", 2)


def test_a_condition_that_both_are_told_is_repeated() -> None:
    found, sources = pair(both('"part" .Values.a'), "{{ if .part.port }}\n", "{{ end }}\n")
    assert found is not None
    assert str(condition(found, sources)) == ".part.port"


def test_a_condition_that_only_the_service_is_told_is_not() -> None:
    found, sources = pair(both('"name" "a"', ' "port" 80'), "{{ if .port }}\n", "{{ end }}\n")
    assert found is not None
    assert condition(found, sources) is None


def loop(text: str) -> str | None:
    found = chart("", text)
    one = in_one_loop(of_kind(found, "Deployment"), of_kind(found, "Service"))
    found_condition = condition(one, found)
    return None if found_condition is None else found_condition.render()


def test_in_a_loop_the_service_has_the_condition_of_the_deployment_and_further_ones() -> None:
    head = "{{ range $n, $p := .Values.parts }}\n---\n{{ if $p.on }}\nkind: Deployment\n{{ end }}\n"
    assert loop(head + "{{ if and $p.on $p.port }}\n---\nkind: Service\n{{ end }}\n{{ end }}") == "and $p.on $p.port"
    assert loop(head + "{{ if $p.on }}\n---\nkind: Service\n{{ end }}\n{{ end }}") == ""
    assert loop(head + "{{ if $p.port }}\n---\nkind: Service\n{{ end }}\n{{ end }}") == "$p.port"


def test_an_else_says_that_no_condition_before_it_holds() -> None:
    head = "{{ range $n, $p := .Values.parts }}\n---\nkind: Deployment\n{{ if $p.a }}\n"
    rest = "\n---\nkind: Service\n{{ end }}\n{{ end }}"
    assert loop(head + "{{ else if eq $n 1 }}" + rest) == "and (not $p.a) (eq $n 1)"
    assert loop(head + "{{ else if eq $n 1 }}\n{{ else }}" + rest) == "and (not $p.a) (not (eq $n 1))"
    assert loop(head + "{{ else with $p.b }}" + rest) is None


def test_in_loops_the_deployment_may_have_conditions_of_its_own() -> None:
    text = "{{ range .Values.parts }}\n---\nkind: Service\n{{ end }}\n{{ if .Values.on }}\n{{ range .Values.parts }}"
    found = chart("", text + "\n---\n{{ if .x }}\nkind: Deployment\n{{ end }}\n{{ end }}\n{{ end }}")
    one = in_one_loop(of_kind(found, "Deployment"), of_kind(found, "Service"))
    assert str(condition(one, found)) == ""
    assert str(presence(one, found)) == "and ($.Values.on) (.x)"


def test_what_is_printed_once() -> None:
    once = chart(DEPLOYMENT, '{{ include "d" (list .) }}')
    assert printed_once(of_kind(once, "Deployment"), once)
    twice = chart(DEPLOYMENT, '{{ include "d" (list .) }}\n---\n{{ include "d" (list .) }}')
    assert not printed_once(of_kind(twice, "Deployment"), twice)
    ranged = chart(DEPLOYMENT, '{{ range .Values.a }}\n---\n{{ include "d" (list $) }}\n{{ end }}')
    assert not printed_once(of_kind(ranged, "Deployment"), ranged)
