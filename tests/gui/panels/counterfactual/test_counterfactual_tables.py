from __future__ import annotations

import msgspec
import numpy as np

from engine.contracts.provenance import Provenance
from engine.contracts.readings import counterfactual as reading
from engine.contracts.results import Change, Counterfactual, Counterfactuals
from gui.panels.counterfactual import counterfactual_tables as tables

OTHER = Counterfactual(
    changes=(Change(feature="age", before=44, after=51),),
    answer=np.array([0.2, 0.5, 0.3]),
    decided="mid",
    distance=0.125,
    plausibility=float("nan"),
    verified=True,
)
SEVERAL = Counterfactuals(
    row=3,
    feature_names=("age", "town"),
    cells=(44, "Burgos"),
    answer=np.array([0.6, 0.3, 0.1]),
    outputs=("low", "mid", "high"),
    space="probability",
    decided="low",
    wanted=("mid", "high"),
    found=(OTHER,),
    plausibility=0.5,
    n_real=9,
    n_judged=9,
    n_real_total=10,
    real_part="evaluation",
    n_free=2,
    n_asked=20,
    n_wanted=3,
    provenance=Provenance(n_used=1, n_total=10),
)
VALUE = msgspec.structs.replace(
    SEVERAL,
    answer=np.array([12.5]),
    outputs=("",),
    space="value",
    decided="",
    wanted=(),
    low=15.0,
    found=(msgspec.structs.replace(OTHER, answer=np.array([15.25]), decided=""),),
)


def texts(shown):
    _, lines = tables.changes_table(shown, {}, every=False)
    return [[cell.text.replace("\u202f", " ") for cell in line[:3]] for line in lines]


def test_of_several_classes_both_answers_are_told():
    assert texts(SEVERAL) == [
        ["decision", "low", "mid"],
        ["the prediction for low", "60 %", "20 %"],
        ["prediction for the decision", "60 %", "50 %"],
        ["distance", "", "0.125"],
        ["plausibility", "50 %", "–"],
        ["age", "44", "51"],
    ]
    said = reading.read(SEVERAL).replace("\u202f", " ")
    assert "from low to mid: age from 44 to 51" in said
    assert "the prediction for mid goes from 30 % to 50 %" in said


def test_of_a_regression_there_is_no_decision():
    assert texts(VALUE) == [
        ["the prediction", "12.5", "15.2"],
        ["distance", "", "0.125"],
        ["plausibility", "50 %", "–"],
        ["age", "44", "51"],
    ]
    said = reading.read(VALUE)
    assert said.startswith("Changing 1 of 2 features is enough for a prediction of at ")
    assert "of at least 15.0: age" in said


def test_of_a_regression_it_is_said_which_answers_were_looked_for():
    def said(**aim):
        return reading.read(msgspec.structs.replace(VALUE, **aim))

    assert "a prediction of at most 9.00:" in said(low=None, high=9.0)
    assert "a prediction between 1.00 and 9.00:" in said(low=1.0, high=9.0)
    assert "below 202 or above 4,430:" in said(low=202.4, high=4430.1, outside=True)


def test_features_with_a_rule_have_a_line_of_their_own():
    titles, lines = tables.changes_table(SEVERAL, {"town": "fixed"}, every=False)
    assert titles == ["feature", "this row", "1", "rule"]
    assert [cell.text for cell in lines[-1]] == ["town", "Burgos", "Burgos", "fixed"]
    assert lines[-1][2].muted
