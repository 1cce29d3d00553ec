"""Names of columns that hold scores, and of which class they speak."""

from __future__ import annotations

import re

_WORD = r"(?:p|pr|probs?|proba|probability|scores?)"
_JOINT = r"[ _.\-]+"
_FORMS = (
    # P(bad), Pr(y = bad), P(bad | x)
    re.compile(r"pr?(?:ob)?\s*\(\s*(?:y\s*=+\s*)?(?P<subject>.+?)\s*(?:\|.*)?\)", re.I),
    # prob_bad, proba_1, score.bad, probability of bad, pred_proba_bad
    re.compile(
        rf"(?:y{_JOINT}|pred(?:icted)?{_JOINT})?{_WORD}(?:{_JOINT}of)?{_JOINT}"
        r"(?P<subject>.+)",
        re.I,
    ),
    # bad_probability
    re.compile(rf"(?P<subject>.+?){_JOINT}{_WORD}", re.I),
    # p1
    re.compile(rf"{_WORD}(?P<subject>\d+)", re.I),
    # score, y_score
    re.compile(rf"(?:y{_JOINT})?{_WORD}(?P<subject>)", re.I),
)
_OF_TESTS = re.compile(r"p[ _.\-]?values?", re.I)


def subjects(name: str) -> tuple[str, ...]:
    """Return what a name may speak of, if it is one of scores.

    Empty where it is not; with ``""`` where it may say score and nothing else.

    Examples
    --------
    >>> subjects("P(bad)"), subjects("bad_probability"), subjects("age")
    (('bad',), ('bad',), ())
    """
    bare = name.strip()
    if _OF_TESTS.fullmatch(bare):
        return ()
    found = (form.fullmatch(bare) for form in _FORMS)
    return tuple(dict.fromkeys(match["subject"].strip() for match in found if match))
