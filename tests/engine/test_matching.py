"""What a first look at model and data finds: labels, classes and predictions."""

from __future__ import annotations

import numpy as np
import pytest

from engine.contracts.errors import EngineError
from engine.contracts.messages import sentence
from engine.contracts.model import RecordedScores
from engine.matching import N_TRIED, preview
from engine.predict import (
    canonical,
    class_codes,
    class_named,
    infer_positive,
)
from tests.support.fake_model import (
    FakeModel,
    info,
    logistic,
    matched,
)
from tests.support.first_look import N, codes, only, table


def look(data, model, target="y", **changes):
    return preview(matched(model, target, **changes), data.info, table(data))


def test_a_model_that_changes_its_mind_is_reported(data):
    model = FakeModel(info("x"), logistic("x"), deterministic=False)
    assert "model.not_deterministic" in codes(look(data, model).warnings)


def test_the_first_look_is_a_seeded_sample_with_its_baseline(data, frame):
    model = FakeModel(info("x"), logistic("x"))
    found = look(data, model)
    rows = np.sort(np.random.default_rng(0).choice(N, N_TRIED, replace=False))
    right = (frame.x > 0).to_numpy()[rows] == (frame.y == "yes").to_numpy()[rows]
    assert found.n_tried == N_TRIED
    assert found.rows == tuple(rows[: len(found.rows)])
    assert found.sanity == pytest.approx(right.mean())
    assert found.baseline == pytest.approx((frame.y == "no").to_numpy()[rows].mean())
    assert found.truth == tuple(frame.y.to_numpy()[rows[: len(found.rows)]])
    assert len(found.score) == len(found.prediction) == len(found.rows)
    assert look(data, model) == found


def test_the_first_look_of_a_regression_is_an_error_beside_its_baseline(data, frame):
    model = FakeModel(
        info("x", classes=()), lambda t: np.asarray(t.column("x").to_numpy()) + 1
    )
    found = look(data, model, target="x")
    assert codes(found.problems) == ["match.target_is_input"]
    model = FakeModel(
        info("z", classes=()), lambda t: np.asarray(t.column("z").to_numpy())
    )
    found = look(data, model, target="x")
    assert found.sanity > 0
    assert found.baseline > 0


def test_an_error_of_the_model_is_the_problem_shown(data):
    def answer(_table):
        raise EngineError("model.raised", why="no")

    found = look(data, FakeModel(info("x"), answer))
    assert codes(found.problems) == ["model.raised"]
    assert found.sanity is None


def test_a_missing_target_is_the_problem_shown(data):
    found = look(data, FakeModel(info("x"), logistic("x")), target="nope")
    assert codes(found.problems) == ["target.missing_column"]


def test_no_target_is_a_problem_beside_the_others(data):
    found = look(data, FakeModel(info("x"), logistic("x")), target="")
    assert codes(found.problems) == ["match.no_target"]
    found = look(data, FakeModel(info("gone"), logistic("x")), target="")
    assert codes(found.problems) == ["match.missing", "match.no_target"]


def test_labels_that_are_no_class_are_named_and_do_not_count(data, frame):
    model = FakeModel(info("x", classes=("no", "maybe", "other")), logistic("x"))
    found = look(data, model)
    assert found.unmatched_labels == ("yes",)
    told = only(found.warnings, "match.unmatched_labels")
    assert told["labels"] == ("yes",)
    assert told["n_rows"] == (frame.y == "yes").sum()


def test_labels_said_to_be_no_class_are_told_from_those_nobody_spoke_of(data, frame):
    model = FakeModel(info("x", classes=("no", "maybe")), logistic("x"))
    found = look(data, model, class_map={"yes": ""})
    told = only(found.warnings, "match.labels_left_out")
    assert told["labels"] == ("yes",)
    assert told["n_rows"] == (frame.y == "yes").sum()
    assert "match.unmatched_labels" not in codes(found.warnings)


def test_a_label_in_the_place_of_a_class_is_a_problem(data):
    model = FakeModel(info("x", classes=("no", "maybe")), logistic("x"))
    told = only(look(data, model).problems, "target.other_labels")
    assert (told["labels"], told["lacking"]) == (("yes",), ("maybe",))
    assert (told["mapping"], told["nothing"]) == ("yes=maybe", "yes=")


def test_a_label_can_be_given_its_class_by_hand(data):
    model = FakeModel(info("x", classes=("no", "maybe")), logistic("x"))
    found = look(data, model, class_map={"yes": "maybe"})
    assert not found.unmatched_labels


def test_no_label_in_common_is_a_problem_that_names_both(data):
    model = FakeModel(info("x", classes=("a", "b")), logistic("x"))
    params = only(look(data, model).problems, "target.no_known_class")
    assert params["classes"] == ("a", "b")
    assert params["found"] == ("no", "yes")


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (("0", "1"), ("0", "1")),
        (("0.0", "1.0"), ("0", "1")),
        (("false", "true"), ("0", "1")),
        (("False", "True"), ("0.0", "1.0")),
        (("0", "1"), ("False", "True")),
        ((" no", "yes "), ("no", "yes")),
        (("-1", "1.0"), ("-1.0", "1")),
    ],
)
def test_labels_and_classes_written_differently_are_the_same(labels, classes):
    assert class_codes(labels, classes, {}).tolist() == [0, 1, -1]


@pytest.mark.parametrize("text", ["Yes", "1_0", "1e5x", "", "nan"])
def test_what_is_no_number_stays_text(text):
    assert canonical(text) == text.strip()


def test_exact_names_win_over_alike_ones():
    assert class_codes(("1", "1.0"), ("1", "1.0"), {}).tolist() == [0, 1, -1]


def test_a_label_like_two_classes_means_neither():
    found = class_codes(("1.0", "01", "2.0"), ("1", "01", "2"), {})
    assert found.tolist() == [-1, 1, 2, -1]


@pytest.mark.parametrize(
    ("classes", "counts", "positive", "why"),
    [
        (("no", "yes"), {"no": 1, "yes": 99}, "yes", "match.positive_by_name"),
        (("bad", "good"), {"bad": 5, "good": 4}, "bad", "match.positive_by_name"),
        (("0", "1"), {"0": 5, "1": 50}, "1", "match.positive_by_name"),
        (("<=50K", ">50K"), {}, ">50K", "match.positive_by_name"),
        (("cat", "dog"), {"cat": 3, "dog": 9}, "cat", "match.positive_rarer"),
        (("cat", "dog"), {"cat": 9, "dog": 3}, "dog", "match.positive_rarer"),
        (("bad", "yes"), {"bad": 9, "yes": 3}, "yes", "match.positive_rarer"),
    ],
)
def test_the_class_to_be_found_is_taken_with_a_reason(classes, counts, positive, why):
    found, note = infer_positive(classes, counts)
    assert found == positive
    assert note.code == why
    assert positive in sentence(note.code, note.params)


def test_three_classes_have_no_positive_one():
    assert infer_positive(("a", "b", "yes"), {}) == ("", None)


def test_the_match_says_why_it_took_its_positive_class(data):
    model = FakeModel(info("x"), logistic("x"))
    found = look(data, model)
    assert found.positive == "yes"
    assert found.positive_reason.code == "match.positive_by_name"
    chosen = look(data, model, positive="no")
    assert chosen.positive == "no"
    assert chosen.positive_reason is None


def test_a_class_is_found_however_it_is_written():
    assert class_named("1.0", ("0", "1")) == "1"
    assert class_named("", ("0", "1")) == ""
    with pytest.raises(EngineError) as caught:
        class_named("2", ("0", "1"))
    assert caught.value.code == "target.no_such_class"


def test_an_empty_part_is_a_problem(data):
    empty = table(data).filter(np.zeros(N, bool))
    model = FakeModel(info("x"), logistic("x"))
    found = preview(matched(model, "y"), data.info, empty)
    assert "match.no_rows" in codes(found.problems)


def test_a_lone_score_column_that_names_a_class_decides_the_positive(data):
    described = info(classes=("no", "yes"), names_known=True)
    found = preview(
        matched(None, "y", info=described, recorded=RecordedScores(scores=("p_no",))),
        data.info,
        table(data),
    )
    assert found.positive == "no"
    assert found.positive_reason.code == "match.positive_by_score"


@pytest.mark.parametrize(
    ("positive", "column", "said"),
    [("no", "p", True), ("yes", "p", False), ("no", "p_yes", False), ("", "p", False)],
)
def test_whose_scores_are_taken_is_said_where_it_is_open(data, positive, column, said):
    given = matched(
        None,
        "y",
        info=info(classes=("no", "yes"), names_known=True),
        recorded=RecordedScores(scores=(column,)),
        positive=positive,
    )
    reason = preview(given, data.info, table(data)).positive_reason
    assert (reason is not None and reason.code == "match.score_of_positive") == said
    if said:
        assert reason.params == {"column": "p", "name": "no", "other": "yes"}
