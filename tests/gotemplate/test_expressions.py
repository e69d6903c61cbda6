"""The code of an action as a tree."""

from __future__ import annotations

import pytest

from rolloutgen.gotemplate.expressions import DOT, ROOT, Code, called, entries, field, nodes, read

NAME = Code("variable", "name")


@pytest.mark.parametrize(
    ("code", "tree"),
    [
        (".", DOT),
        ("$", ROOT),
        ("$name", NAME),
        (".a.b", field(DOT, "a", "b")),
        ("$.a", field(ROOT, "a")),
        ("`raw` | quote", Code("call", "quote", (Code("text", "raw"),))),
        ("(index . 0).Values.x", field(called("index", (DOT, Code("number", "0"))), "Values", "x")),
        ('.a | default "b"', Code("call", "default", (Code("text", "b"), field(DOT, "a")))),
        ("not .a", Code("call", "not", (field(DOT, "a"),))),
    ],
)
def test_expressions_become_trees(code: str, tree: Code) -> None:
    assert read(code) == tree


@pytest.mark.parametrize("code", ["", "$x := 3", ".a .b", "(.a", ".a)", 'include "x" (', '"open', ". | .a", "| quote"])
def test_what_is_no_plain_expression_is_none(code: str) -> None:
    assert read(code) is None


def test_dicts_and_lists_that_are_written_out_are_looked_into() -> None:
    assert read('(dict "root" $ "name" $name).name') == NAME
    assert read("index (list $ $name) 1") == NAME
    assert read("tuple $name $ | first") == NAME
    assert read('get (dict "a" $name) "a"') == NAME


def test_a_key_that_is_an_expression_hides_what_a_dict_holds() -> None:
    tree = read("dict $name . ")
    assert tree is not None
    assert entries(tree) == {}
    assert field(tree, "a") == Code("field", "a", (tree,))


def test_an_index_behind_the_end_stays_as_it_is() -> None:
    assert read("index (list .) 3") == Code("call", "index", (Code("call", "list", (DOT,)), Code("number", "3")))


def test_nodes_are_the_tree_and_everything_in_it() -> None:
    tree = read('include "x" (dict "a" .b)')
    assert tree is not None
    assert [node.kind for node in nodes(tree)] == ["call", "text", "call", "text", "field", "dot"]
