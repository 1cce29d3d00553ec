"""What scikit-learn's models are made of is what they say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    BaggingRegressor,
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
    VotingClassifier,
)
from sklearn.feature_selection import SelectKBest, f_regression
from sklearn.impute import SimpleImputer
from sklearn.linear_model import (
    ElasticNet,
    Lasso,
    LinearRegression,
    LogisticRegression,
    PoissonRegressor,
    Ridge,
    RidgeClassifier,
    SGDClassifier,
)
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    SplineTransformer,
    StandardScaler,
    TargetEncoder,
)
from sklearn.svm import SVC, LinearSVC, LinearSVR
from sklearn.tree import (
    DecisionTreeClassifier,
    DecisionTreeRegressor,
    ExtraTreeClassifier,
)

from engine.contracts.errors import EngineError
from engine.contracts.structure import LinearForm, Link, TreeEnsemble
from tests.support.model_files import arrow
from tests.support.taken_apart import agrees, numbers, pickled, three, two, value

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

EXACT = 1e-12
TREES = [
    DecisionTreeClassifier(max_depth=6, random_state=0),
    DecisionTreeClassifier(max_leaf_nodes=20, class_weight="balanced", random_state=0),
    ExtraTreeClassifier(max_depth=6, random_state=0),
    RandomForestClassifier(15, random_state=0),
    ExtraTreesClassifier(15, random_state=0),
    GradientBoostingClassifier(n_estimators=10, random_state=0),
    GradientBoostingClassifier(n_estimators=10, init="zero", random_state=0),
    BaggingClassifier(
        DecisionTreeClassifier(max_depth=4), 8, max_features=0.6, random_state=0
    ),
]
LINEAR = [
    LogisticRegression(),
    LogisticRegression(fit_intercept=False),
    LinearDiscriminantAnalysis(),
    LinearSVC(),
    RidgeClassifier(),
    SGDClassifier(random_state=0),
]


@pytest.mark.parametrize("target", [two, three])
@pytest.mark.parametrize("model", [*TREES, *LINEAR], ids=lambda m: type(m).__name__)
def test_classifiers_are_what_they_are_made_of(model, target):
    rows = numbers()
    structure = agrees(pickled(model.fit(rows, target(rows))), rows, EXACT)
    assert structure.encoded == tuple(rows.columns)
    assert structure.source.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "model",
    [
        DecisionTreeRegressor(max_depth=6, random_state=0),
        RandomForestRegressor(15, random_state=0),
        ExtraTreesRegressor(15, random_state=0),
        GradientBoostingRegressor(n_estimators=10, random_state=0),
        GradientBoostingRegressor(n_estimators=10, loss="huber", random_state=0),
        BaggingRegressor(DecisionTreeRegressor(max_depth=4), 8, random_state=0),
        LinearRegression(),
        Ridge(),
        Lasso(),
        ElasticNet(),
        LinearSVR(random_state=0),
    ],
    ids=lambda m: type(m).__name__,
)
def test_regressions_are_what_they_are_made_of(model):
    rows = numbers()
    agrees(pickled(model.fit(rows, value(rows))), rows, EXACT)


def test_counts_are_the_exponential_of_a_sum():
    rows = numbers()
    model = PoissonRegressor().fit(rows, np.exp(rows["a"]).round())
    assert agrees(pickled(model), rows, EXACT).link is Link.LOG


def test_exponential_loss_and_logarithmic_loss_by_gradient_descent():
    rows = numbers()
    boosted = GradientBoostingClassifier(
        n_estimators=5, loss="exponential", random_state=0
    )
    agrees(pickled(boosted.fit(rows, two(rows))), rows, EXACT)
    logistic = SGDClassifier(loss="log_loss", random_state=0)
    scaled = make_pipeline(StandardScaler(), logistic).fit(rows, two(rows))
    assert agrees(pickled(scaled), rows, EXACT).link is Link.LOGIT


def test_values_between_two_float32_numbers_go_where_the_tree_sends_them():
    rows = numbers()
    model = DecisionTreeRegressor(random_state=0).fit(rows, value(rows))
    grown = model.tree_
    inner = grown.children_left >= 0
    edge = pd.concat([rows] * 3, ignore_index=True)
    for place, name in enumerate(rows.columns):
        cuts = grown.threshold[inner & (grown.feature == place)]
        near = np.concatenate([cuts, np.nextafter(cuts, 9e9), cuts + 1e-9])
        edge[name] = np.resize(near, len(edge))
    agrees(pickled(model), edge, EXACT)


@pytest.mark.parametrize("kind", [DecisionTreeClassifier, RandomForestClassifier])
def test_missing_values_take_the_learnt_way(kind):
    rows = numbers(missing=True)
    model = kind(random_state=0).fit(rows, two(rows))
    form = agrees(pickled(model), rows, EXACT).form
    assert isinstance(form, TreeEnsemble)
    assert form.missing_left.any()


def test_a_bag_whose_members_never_saw_a_class():
    rows = numbers()
    labels = three(rows)
    model = BaggingClassifier(DecisionTreeClassifier(max_depth=3), 8, random_state=0)
    model.fit(rows, labels)
    seen = labels != 1  # as files of older versions have it
    model.estimators_[2].fit(rows[seen].to_numpy(), labels[seen])
    agrees(pickled(model), rows, EXACT)


def mixed() -> pd.DataFrame:
    rows = numbers(missing=True)
    generator = np.random.default_rng(5)
    rows.insert(1, "home", generator.choice(["own", "rent", "free", "rare"], len(rows)))
    rows.insert(3, "sex", generator.choice(["f", "m"], len(rows)))
    rows[["home", "sex"]] = rows[["home", "sex"]].astype(object)
    rows.loc[rows.index[::9], "home"] = np.nan
    return rows


def prepared(texts, *, indicator=False, sparse=0.3):
    numeric = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=indicator), MinMaxScaler()
    )
    return ColumnTransformer(
        [("t", texts, ["home", "sex"]), ("n", numeric, ["d", "a"]), ("x", "drop", [2])],
        remainder=SimpleImputer(),
        sparse_threshold=sparse,
    )


@pytest.mark.parametrize(
    "texts",
    [
        OneHotEncoder(handle_unknown="ignore"),
        OneHotEncoder(drop="if_binary"),
        OneHotEncoder(drop="first"),
        OneHotEncoder(min_frequency=110, handle_unknown="infrequent_if_exist"),
        OrdinalEncoder(
            handle_unknown="use_encoded_value",
            unknown_value=-1,
            encoded_missing_value=-2,
        ),
        make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder()),
        TargetEncoder(),
    ],
    ids=["one_hot", "if_binary", "first", "infrequent", "ordinal", "imputed", "target"],
)
@pytest.mark.parametrize("last", [LogisticRegression(), RandomForestClassifier(9)])
def test_pipelines_say_from_which_input_each_column_comes(texts, last):
    rows = mixed()
    model = make_pipeline(prepared(texts, indicator=True, sparse=1.0), last)
    opened = pickled(model.fit(rows, two(rows[["a", "b", "c", "d"]])))
    structure = agrees(opened, rows, EXACT)
    names = [field.name for field in opened.info.inputs]
    for column, source in zip(structure.encoded, structure.source, strict=True):
        told = column.partition("__")[2].removeprefix("missingindicator_")
        assert told.partition("_")[0] == names[source]
    assert {names[source] for source in structure.source} == set(names) - {"b"}


def test_a_column_changes_only_with_its_own_input():
    rows = mixed()
    model = make_pipeline(
        prepared(OneHotEncoder(handle_unknown="ignore"), indicator=True),
        FeatureUnion([("same", "passthrough"), ("cut", KBinsDiscretizer(3))]),
        LogisticRegression(),
    ).fit(rows, two(rows[["a", "b", "c", "d"]]))
    opened = pickled(model)
    structure = agrees(opened, rows, EXACT)
    before = opened.encode(arrow(rows))
    for place, name in enumerate(rows.columns):
        other = rows.assign(**{name: rows[name].to_numpy()[::-1]})
        changed = (opened.encode(arrow(other)) != before).any(axis=0)
        assert set(structure.source[changed]) <= {place}


@pytest.mark.parametrize(
    "step",
    [
        SelectKBest(f_regression, k=2),
        SplineTransformer(n_knots=4),
        FunctionTransformer(np.abs),
        FunctionTransformer(),
        make_pipeline(StandardScaler(), "passthrough"),
        KBinsDiscretizer(4, encode="ordinal"),
        FeatureUnion([("a", StandardScaler()), ("b", MinMaxScaler())]),
    ],
    ids=lambda step: type(step).__name__,
)
def test_steps_that_keep_columns_apart_are_followed(step):
    rows = numbers()
    model = make_pipeline(step, Ridge()).fit(rows, value(rows))
    assert isinstance(agrees(pickled(model), rows, 1e-10).form, LinearForm)


def test_a_search_is_its_best_model():
    rows = numbers()
    search = GridSearchCV(
        make_pipeline(StandardScaler(), DecisionTreeClassifier(random_state=0)),
        {"decisiontreeclassifier__max_depth": [2, 3]},
    )
    agrees(pickled(search.fit(rows, three(rows))), rows, EXACT)


@pytest.mark.parametrize(
    "model",
    [
        make_pipeline(PCA(2), LogisticRegression()),
        make_pipeline(PolynomialFeatures(2), LogisticRegression()),
        make_pipeline(FunctionTransformer(np.cumsum), LogisticRegression()),
        GaussianNB(),
        SVC(),
        AdaBoostClassifier(),
        VotingClassifier([("a", LogisticRegression())]),
        OneVsRestClassifier(LogisticRegression()),
        SGDClassifier(loss="modified_huber", random_state=0),
        BaggingClassifier(LogisticRegression(), 3),
        GradientBoostingClassifier(init=LogisticRegression(), n_estimators=3),
    ],
    ids=lambda m: type(m[0] if hasattr(m, "steps") else m).__name__,
)
def test_what_cannot_be_said_exactly_is_not_said(model):
    rows = numbers()
    opened = pickled(model.fit(rows, two(rows)))
    with pytest.raises(EngineError, match=r"model\.no_structure"):
        opened.structure()


def test_one_model_a_class_made_to_add_up_is_no_sum():
    rows = numbers()
    model = SGDClassifier(loss="log_loss", random_state=0).fit(rows, three(rows))
    with pytest.raises(EngineError, match=r"model\.no_structure"):
        pickled(model).structure()
