"""Which label of the data means which class, and what is refused."""

from __future__ import annotations

import shlex

import pytest

from engine.contracts.errors import EngineError
from engine.contracts.messages import next_step
from engine.labels import check, class_codes, counterpart, pairs_of, respelled


def refused(labels, classes, **said):
    with pytest.raises(EngineError) as caught:
        check("y", dict.fromkeys(labels, 10), classes, said)
    return caught.value


@pytest.mark.parametrize(
    ("labels", "classes", "mapping"),
    [
        (("1", "2", "3"), ("0", "1", "2"), "1=0,2=1,3=2"),
        (("1", "2"), ("0", "1"), "1=0,2=1"),
        (("0", "1", "2"), ("1", "2", "3"), "0=1,1=2,2=3"),
        (("1.0", "2.0", "3.0"), ("0", "1", "2"), "1.0=0,2.0=1,3.0=2"),
        (("2", "3"), ("0", "1", "2"), "2=0,3=1"),
    ],
)
def test_shifted_labels_are_refused_with_the_option_that_mends_it(
    labels, classes, mapping
):
    error = refused(labels, classes)
    assert error.code == "target.shifted_labels"
    assert error.params["mapping"] == mapping
    assert f'--labels "{mapping}"' in next_step(error.code, error.params)
    check("y", dict.fromkeys(labels, 1), classes, pairs_of("--labels", [mapping]))


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (("1", "2"), ("0", "1", "2")),
        (("0", "1", "2", "7"), ("0", "1", "2")),
        (("0", "2"), ("0", "1", "2")),
        (("a", "b", "x"), ("a", "b")),
        (("a",), ("a", "b")),
    ],
)
def test_labels_that_may_be_the_classes_are_taken(labels, classes):
    check("y", dict.fromkeys(labels, 10), classes, {})


@pytest.mark.parametrize(
    ("labels", "classes", "lacking"),
    [
        (("-1", "1"), ("0", "1"), ("0",)),
        (("good", "poor"), ("good", "bad"), ("bad",)),
    ],
)
def test_a_label_in_the_place_of_a_class_is_refused(labels, classes, lacking):
    error = refused(labels, classes)
    assert error.code == "target.other_labels"
    assert error.params["lacking"] == lacking
    check("y", dict.fromkeys(labels, 10), classes, {error.params["labels"][0]: ""})


def test_a_rare_label_is_another_class_that_the_model_does_not_know():
    check("y", {"good": 99, "odd": 1}, ("good", "bad"), {})


def test_labels_and_classes_without_one_in_common_are_refused():
    error = refused(("no", "yes"), ("0", "1"))
    assert (error.code, error.params["mapping"]) == (
        "target.no_known_class",
        "no=0,yes=1",
    )
    check("y", {"no": 1, "yes": 1}, ("0", "1"), {"no": "0", "yes": "1"})


def test_what_is_said_of_a_label_that_never_occurs_is_refused():
    assert refused(("no", "yes"), ("0", "1"), nein="0").code == "target.no_such_label"


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("1.0", "1"), ("01", "1"), ("true", "1"), ("False", "0"), (" yes ", "yes"),
        ("YES", "yes"), ("1e0", "1"), ("maybe", None), ("1_0", None),
    ],
)  # fmt: skip
def test_a_label_is_the_class_of_the_same_value(label, name):
    classes = ("0", "1", "yes")
    (code, missing) = class_codes((label,), classes, {})
    assert missing == -1
    assert code == (-1 if name is None else classes.index(name))


def test_letter_case_tells_classes_apart_where_they_do_not_differ_otherwise():
    assert class_codes(("A", "a", "B"), ("a", "A", "b"), {}).tolist() == [1, 0, -1, -1]
    assert respelled(("Yes", "no"), ("no", "yes"), {}) == ("Yes = yes",)


def test_what_was_said_comes_first_and_in_any_spelling():
    said = {"1": "0", "2": "1", "3": ""}
    assert class_codes(("1.0", "2", "3"), ("0", "1"), said).tolist() == [0, 1, -1, -1]


def test_pairs_are_read_from_one_text_or_several():
    assert pairs_of("--labels", ["1=0, 2=1", '"a,b=c"', "x="]) == {
        "1": "0", "2": "1", "a,b": "c", "x": "",
    }  # fmt: skip
    said = pairs_of("--labels", ['"a, b=c"=0,"say ""no"""="x,y",<=50K', "z=>50K"])
    assert said == {"a, b=c": "0", 'say "no"': "x,y", "<": "50K", "z": ">50K"}
    for wrong in ("1", "=0", "a=b,c", ""):
        with pytest.raises(EngineError, match=r"command\.bad_pairs"):
            pairs_of("--labels", [wrong])


@pytest.mark.parametrize(
    "names", [("it, is=ok", 'say "no"'), ("<=50K", ">50K"), (" a", "b,")]
)
def test_the_advice_on_labels_with_signs_in_them_can_be_typed(names):
    for labels, classes in ((names, ("0", "1")), (("0", "1"), names)):
        error = refused(labels, classes)
        advice = next_step(error.code, error.params)
        typed = shlex.split(advice[advice.index("--labels") :])[1]
        said = pairs_of("--labels", [typed.rstrip(",")])
        assert said == dict(zip(sorted(labels), sorted(classes), strict=True))


def test_a_map_may_not_leave_a_label_the_class_that_it_gives_to_another():
    error = refused(("1", "2"), ("0", "1"), **{"2": "1"})
    assert error.code == "target.same_class"
    assert error.params["mapping"] == "1=0,2=1"
    for good in ({"1": "0", "2": "1"}, {"2": ""}):
        check("y", {"1": 5, "2": 5}, ("0", "1"), good)
    check("y", {"yes": 5, "y": 5, "no": 5}, ("no", "yes"), {"y": "yes"})


@pytest.mark.parametrize(
    ("label", "other"),
    [("1", "0"), ("0", "1"), ("Yes", "no"), ("bad", "good"), ("red", "not red")],
)
def test_one_class_alone_has_a_counterpart(label, other):
    assert counterpart(label) == other
