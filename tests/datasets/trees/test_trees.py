"""Trees of every format, and what is no tree."""

import gzip

import numpy as np
import pytest

from seqzoo import InputError
from seqzoo.datasets.trees import listops
from seqzoo.datasets.trees.brackets import is_bracketed, tree_of
from seqzoo.datasets.trees.nested import from_value
from seqzoo.datasets.trees.reading import own_trees, read_trees
from seqzoo.datasets.trees.tree import MOST_NODES, Tree, binary, chain, places

LOVELY = "(3 (2 It) (4 (2 's) (4 lovely)))"
CONLLU = """# sent_id = 1
# label = positive
1\tShe\tshe\tPRON\t_\t_\t2\tnsubj\t_\t_
2\treads\tread\tVERB\t_\t_\t0\troot\t_\t_
3-4\tdel\t_\t_\t_\t_\t_\t_\t_\t_
3\told\told\tADJ\t_\t_\t4\tamod\t_\t_
4\tbooks\tbook\tNOUN\t_\t_\t2\tobj\t_\t_

1\tGo\tgo\tVERB\t_\t_\t0\troot\t_\t_
"""


def written(tree):
    """A tree in brackets, its labels and words, node by node."""
    found = []
    for word, label, kids in zip(tree.words, tree.labels, tree.children, strict=True):
        parts = [label or "-", *([word] if word else []), *(found[kid] for kid in kids)]
        found.append(f"({' '.join(parts)})")
    return found[-1]


def read(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return list(read_trees(path))


def test_brackets_become_nodes_in_post_order():
    tree = tree_of(LOVELY, "here")
    assert tree == Tree(
        words=("It", "'s", "lovely", None, None),
        children=((), (), (), (1, 2), (0, 3)),
        labels=("2", "2", "4", "4", "3"),
        where="here",
    )
    assert (tree.label, tree.arity, tree.text) == ("3", 2, "It 's lovely")
    assert written(tree) == LOVELY


def test_a_tree_may_go_over_lines_and_a_bare_bracket_around_it_is_left_out(tmp_path):
    text = "( (S (NP (PRP It))\n  (VP (V is) (-LRB- -LRB-))) )\n(A a)"
    first, second = read(tmp_path, "trees.mrg", text)
    assert written(first) == "(S (NP (PRP It)) (VP (V is) (-LRB- ()))"
    assert (first.where[-2:], second.where[-2:]) == (":1", ":3")


def test_words_may_hold_spaces_that_are_not_ascii():
    assert tree_of("(1 (2 8\u00a01\\/2) (2 .))", "here").words[0] == "8\u00a01\\/2"


def test_a_gzipped_file_is_read(tmp_path):
    path = tmp_path / "dev.txt.gz"
    path.write_bytes(gzip.compress(f"{LOVELY}\n\n(1 bad)\n".encode()))
    assert [written(tree) for tree in read_trees(path)] == [LOVELY, "(1 bad)"]


WRONG_BRACKETS = {
    "(3 (2 It)": r":1: expected '\)': the bracket is not closed",
    "(1 a)\n(3 (2 It)))": r":2: character 11: expected '\('; got '\)'",
    "fine": r":1: character 1: expected '\('; got 'fine'",
    "(3 (2 It) nice)": ":1: 'nice': expected a bracket",
    "(3 very nice it)": ":1: 'nice': expected a bracket",
    "(3 nice (2 It))": "expected '\\)': the node has the word 'nice'",
    "(3 )": ":1: expected a label, and a word or nodes",
    "()": ":1: expected a label, and a word or nodes",
    "": "expected trees like .*; there is none",
}


@pytest.mark.parametrize("text", WRONG_BRACKETS)
def test_brackets_that_are_no_tree_are_refused_with_file_and_line(tmp_path, text):
    with pytest.raises(InputError, match=rf"t\.txt.*{WRONG_BRACKETS[text]}"):
        read(tmp_path, "t.txt", text)


def test_a_tree_of_too_many_nodes_is_refused_and_a_deep_one_is_not():
    words = ["a"] * (MOST_NODES // 2)
    assert len(chain(words, "here").words) == MOST_NODES - 1
    with pytest.raises(InputError, match="here: expected 10,000 nodes at most"):
        chain([*words, "a"], "here")
    deep = "(1 " * 3000 + "(2 a)" + ")" * 3000
    assert tree_of(deep, "here").label == "1"


def test_a_text_is_recognised_as_a_tree():
    for text in (LOVELY, "( (S (A a)))", " (3 a)"):
        assert is_bracketed(text), text
    for text in ("It's lovely", "(lovely)", "", "(he said) fine", "()", "( and so on"):
        assert not is_bracketed(text), text


def test_conllu_gives_a_node_a_word_below_its_head(tmp_path):
    first, second = read(tmp_path, "d.conllu", CONLLU)
    assert written(first) == "(positive reads (- She) (- books (- old)))"
    assert first.where.endswith(":3")
    assert written(second) == "(root Go)"


WRONG_CONLLU = {
    "cycle": (("4\tamod", "3\tamod"), r":6: 'old' is in a cycle"),
    "head": (("4\tamod", "7\tamod"), r":6: head 7: expected a number from 0 to 4"),
    "no number": (("4\tamod", "x\tamod"), r":6: head 'x': expected a word's number"),
    "two roots": (("2\tnsubj", "0\troot"), r":4: 'reads' is a second root"),
    "columns": (("\tPRON", ""), r":3: expected 10 columns with tabs between; got 9"),
    "numbers": (("4\tbooks", "5\tbooks"), r":7: expected word number 4; got '5'"),
}


@pytest.mark.parametrize("name", WRONG_CONLLU)
def test_conllu_that_is_no_tree_is_refused_with_file_and_line(tmp_path, name):
    (old, new), message = WRONG_CONLLU[name]
    with pytest.raises(InputError, match=rf"d\.conllu{message}"):
        read(tmp_path, "d.conllu", CONLLU.replace(old, new, 1))


def test_json_is_nested_or_has_heads(tmp_path):
    lines = [
        '{"label": 3, "children": [{"word": "fine", "label": "2"}, {"word": "."}]}',
        '{"words": ["She", "reads"], "heads": [2, 0], "label": "good"}',
    ]
    nested, sentence = read(tmp_path, "t.jsonl", "\n".join(lines))
    assert written(nested) == "(3 (2 fine) (- .))"
    assert written(sentence) == "(good reads (- She))"


WRONG_JSON = [
    ([], "expected an object; got list"),
    ({}, "expected a node with a word, or with children"),
    ({"word": ""}, "word: expected a string that is not empty"),
    ({"wrod": "a"}, "key: expected one of children, label, word; got 'wrod'"),
    ({"children": [{"word": 1}]}, r"children\[0\]: word: expected a string"),
    ({"words": ["a", "b"], "heads": [2, 1]}, "'a' is in a cycle"),
    ({"words": ["a"], "heads": [True]}, "heads: expected a list of int"),
    ({"words": ["a"], "heads": [0, 1]}, "expected as many heads and labels as words"),
    ({"words": ["a", "b"], "heads": [0, 3]}, "head 3: expected a number from 0 to 2"),
]


@pytest.mark.parametrize(("value", "message"), WRONG_JSON)
def test_json_that_is_no_tree_is_refused(value, message):
    with pytest.raises(InputError, match=f"^here: {message}"):
        from_value(value, "here")


def test_json_that_is_too_deep_is_refused():
    value = {"word": "a"}
    for _ in range(5000):
        value = {"children": [value]}
    with pytest.raises(InputError, match=r"^here: expected a tree that is less deep"):
        from_value(value, "here")


def test_a_chain_branches_to_the_right():
    assert written(chain(["a", "b", "c"], "here", "1")) == "(1 (- a) (- (- b) (- c)))"


def test_a_tree_of_many_children_becomes_one_of_two():
    tree = from_value(
        {"word": "w", "label": "1", "children": [{"word": each} for each in "abc"]}, "here"
    )
    assert written(binary(tree)) == "(1 (- w) (- (- a) (- (- b) (- c))))"
    same = tree_of(LOVELY, "here")
    assert binary(same) == same


def test_places_count_from_one_and_end_with_zeros():
    tree = tree_of(LOVELY, "here")
    expected = [[0, 0, 0], [0, 0, 0], [0, 0, 0], [2, 3, 0], [1, 4, 0]]
    np.testing.assert_array_equal(places(tree, 3), np.array(expected, np.int32))
    with pytest.raises(InputError, match="here: expected 1 children"):
        places(tree, 1)


def value_of(text):
    """What a written list comes to, by its brackets alone."""
    stack = [[]]
    for piece in text.split():
        if piece.startswith("["):
            stack.append([piece])
        elif piece == "]":
            name, *values = stack.pop()
            values = sorted(values)
            middle = (values[(len(values) - 1) // 2] + values[len(values) // 2]) // 2
            sums = {"[MAX": values[-1], "[MIN": values[0], "[SM": sum(values) % 10}
            stack[-1].append(sums.get(name, middle))
        else:
            stack[-1].append(int(piece))
    return stack[0][0]


def test_made_lists_are_labelled_with_their_values_and_differ():
    made = listops.made_trees(200, seed=3)
    texts = [listops.written(tree) for tree in made]
    assert [str(value_of(text)) for text in texts] == [tree.label for tree in made]
    assert len(set(texts)) == 200
    assert texts == [listops.written(tree) for tree in listops.made_trees(200, seed=3)]
    assert max(len(tree.words) for tree in made) <= 100
    assert max(tree.arity for tree in made) == listops.MOST_ARGUMENTS


def test_a_folder_has_parts_and_a_file_is_one(tmp_path):
    for name in ("train.txt", "dev.txt", "test.txt"):
        (tmp_path / name).write_text(f"{LOVELY}\n")
    corpus = own_trees(tmp_path)
    assert list(corpus.parts) == ["train", "validation", "test"]
    assert [written(each) for each in corpus.parts["test"]()] == [LOVELY]
    assert list(own_trees(tmp_path / "dev.txt").parts) == ["train"]
