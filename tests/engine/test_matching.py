"""Which column feeds which input, and what is said when none should."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.contracts.dataset import Part
from engine.contracts.errors import EngineError
from engine.contracts.messages import sentence
from engine.contracts.model import Input, Mapping, RecordedScores
from engine.data.dataset import Dataset
from engine.matching import N_TRIED, preview, propose
from engine.predict import (
    canonical,
    class_codes,
    class_named,
    features_of,
    infer_positive,
)
from tests.support.fake_model import FakeModel, data_set, info, logistic, matched

N = 1000


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(0)
    x = rng.normal(size=N).round(6)
    return pd.DataFrame(
        {
            "z": rng.normal(size=N).round(6),
            "x": x,
            "when": pd.date_range("2020-01-01", periods=N, freq="h"),
            "colour": rng.choice(["red", "green"], size=N),
            "size": np.where(np.arange(N) == 41, "n/a?", rng.integers(0, 90, N)),
            "code": rng.integers(0, 5000, N).astype(str) + "0",
            "y": np.where(x + rng.normal(size=N) > 1, "yes", "no"),
        }
    )


@pytest.fixture(scope="module")
def data(frame, tmp_path_factory):
    return data_set(tmp_path_factory.mktemp("match"), frame)


def table(data):
    return data.parts[Part.EVALUATION]


def look(data, model, target="y", **changes):
    return preview(matched(model, target, **changes), data.info, table(data))


def proposed(data, described, wanted=None, target="y"):
    return propose(described, data.info, wanted, target, table(data))


def codes(notes):
    return [note.code for note in notes]


def only(notes, code):
    (found,) = [note for note in notes if note.code == code]
    assert sentence(found.code, found.params) != code
    return found.params


def test_columns_are_matched_by_name_whatever_their_order(data):
    mapping, problems = proposed(data, info("x", "z"))
    assert mapping == Mapping(method="name", columns={"x": "x", "z": "z"})
    assert not problems


def test_a_name_that_differs_only_in_case_fits_and_is_said(data):
    found = look(data, FakeModel(info(" X "), logistic(" X ")))
    assert found.mapping.columns == {" X ": "x"}
    assert only(found.warnings, "match.similar_names")["pairs"] == (" X  ← x",)


def test_two_names_alike_but_for_case_are_not_guessed_between(tmp_path):
    frame = pd.DataFrame({"Age": [1.5, 2], "age": [3.5, 4], "y": ["a", "b"]})
    mapping, problems = proposed(data_set(tmp_path, frame), info("AGE"))
    assert mapping.columns == {}
    assert codes(problems) == ["match.missing"]


def test_missing_columns_are_named_beside_the_unused(data):
    mapping, problems = proposed(data, info("x", "income", "age"))
    params = only(problems, "match.missing")
    assert params["columns"] == ("income", "age")
    assert params["n"] == 2
    assert "z" in params["spare"]
    assert "y" not in params["spare"]
    assert mapping.columns == {"x": "x"}


def test_order_with_another_number_of_columns_is_refused(data):
    params = only(proposed(data, info("x0", names_known=False))[1], "match.order_count")
    assert params["n_inputs"] == 1
    assert params["n_columns"] > 1


def test_order_takes_the_columns_as_they_stand(tmp_path, frame):
    two = data_set(tmp_path, frame[["z", "x", "y"]])
    model = FakeModel(info("a", "b", names_known=False), logistic("b"))
    found = look(two, model)
    assert found.mapping.columns == {"a": "z", "b": "x"}
    assert "match.by_order" in codes(found.warnings)
    assert not found.problems


def test_order_is_not_used_unasked_where_names_are_known(tmp_path, frame):
    two = data_set(tmp_path, frame[["z", "x", "y"]])
    assert codes(proposed(two, info("a", "b"))[1]) == ["match.missing"]
    asked, problems = proposed(two, info("a", "b"), Mapping(method="order"))
    assert asked.columns == {"a": "z", "b": "x"}
    assert not problems


def test_by_hand_the_rest_is_matched_by_name(data):
    wanted = Mapping(method="hand", columns={"income": "z"})
    mapping, problems = proposed(data, info("income", "x"), wanted)
    assert mapping.columns == {"income": "z", "x": "x"}
    assert not problems


def test_a_match_by_hand_to_a_column_that_is_gone_is_refused(data):
    wanted = Mapping(method="hand", columns={"x": "no such"})
    _, problems = proposed(data, info("x"), wanted)
    assert only(problems, "match.no_such_column")["columns"] == ("no such",)


def test_text_where_a_number_is_wanted_names_column_row_and_value(data):
    params = only(proposed(data, info("size"))[1], "match.not_numeric")
    assert (params["column"], params["row"]) == ("size", 41)
    assert (params["value"], params["n"]) == ("n/a?", 1)


def test_a_decimal_comma_makes_no_text_of_the_other_numbers(tmp_path):
    path = tmp_path / "commas.csv"
    cells = [f"{i},5;2,{i};{'yes' if i % 2 else 'no'}" for i in range(9)]
    path.write_text("\n".join(["x;z;y", *cells, "n/d;2,5;yes"]))
    found = Dataset.open((str(path),)).configure({}, None)
    params = only(proposed(found, info("x"))[1], "match.not_numeric")
    assert (params["row"], params["value"], params["n"]) == (9, "n/d", 1)


def test_texts_that_are_plain_numbers_are_given_as_these_and_that_is_said(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("code,y\n" + "007,a\n01,b\n,a\n" * 10)
    data = Dataset.open([str(path)])
    model = FakeModel(info("code", classes=("a", "b")), logistic("code"))
    params = only(look(data, model).warnings, "match.texts_as_numbers")
    assert params == {"column": "code", "value": "007", "number": "7"}
    given = features_of(table(data), matched(model, "y")).column("code").to_pylist()
    assert given == [7.0, 1.0, None] * 10


@pytest.mark.parametrize("texts", [("0x1", "2"), ("9" * 20, "1"), ("1e999", "1")])
def test_numbers_written_otherwise_are_called_texts(texts, tmp_path):
    frame = pd.DataFrame({"code": texts * 20, "y": ["a", "b"] * 20})
    data = data_set(tmp_path, frame)
    found = proposed(data, info("code"))[1]
    assert {"match.numbers_as_text", "match.not_numeric"} & {*codes(found)}


def test_a_date_where_a_number_is_wanted_is_refused(data):
    assert proposed(data, info("when"))[1]


def test_the_target_among_the_inputs_is_refused(data):
    described = info(Input(name="y", dtype="string"), "x")
    params = only(proposed(data, described)[1], "match.target_is_input")
    assert params["column"] == "y"


def test_values_the_model_has_never_seen_are_named_and_counted(data, frame):
    colour = Input(name="colour", dtype="category", categories=("red", "blue"))
    model = FakeModel(info("x", colour), logistic("x"))
    params = only(look(data, model).warnings, "match.unknown_categories")
    assert params["categories"] == ("green",)
    assert params["n_rows"] == (frame.colour == "green").sum()


def test_more_numbers_than_categories_are_doubted(tmp_path):
    frame = pd.DataFrame({"x": np.arange(3000) / 7, "y": ["a", "b"] * 1500})
    some = Input(name="x", dtype="category", categories=("1", "2"))
    model = FakeModel(info(some, classes=("a", "b")), logistic("x"))
    found = look(data_set(tmp_path, frame), model)
    assert "match.not_categories" in codes(found.warnings)


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
    model = FakeModel(info("x", classes=("no", "maybe")), logistic("x"))
    found = look(data, model, class_map={"yes": ""})
    assert found.unmatched_labels == ("yes",)
    told = only(found.warnings, "match.unmatched_labels")
    assert told["labels"] == ("yes",)
    assert told["n_rows"] == (frame.y == "yes").sum()


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
