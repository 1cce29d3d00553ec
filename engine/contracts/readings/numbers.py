"""How a figure is written: its digits follow the width of its interval."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

from engine.contracts.i18n import tr, written

if TYPE_CHECKING:
    from engine.contracts.results import Metric

_THIN = "\u202f"  # narrow no-break space before the percent sign
_ROUND_UP = 3.54
_MOST = 6
_LARGE = 1e9  # from here on powers are easier to read than noughts
LARGEST = 1e15  # from here on noughts would claim digits that no float has
_FIGURES = 3
_TYPED, _FOUND = 10, 4  # digits of a threshold: more than so many nobody types


def decimals(low: float | None, high: float | None, fallback: int = 3) -> int:
    """Return the decimals worth showing of a figure known to lie in an interval.

    The rule of the Particle Data Group: half the width keeps one digit, two where
    it starts with less than 355.

    Examples
    --------
    >>> decimals(0.787, 0.836), decimals(47.8, 58.0), decimals(5.0, 7.9)
    (3, 0, 1)
    """
    if low is None or high is None:
        return fallback
    half = (high - low) / 2
    if not half > 0 or not math.isfinite(half):
        return fallback
    exponent = math.floor(math.log10(half))
    lead = half / 10.0**exponent
    return min(max(-exponent + (1 if lead < _ROUND_UP else 0), 0), _MOST)


def decimals_of(size: float, figures: int = 3) -> int:
    """Return the decimals that give a number of this size so many figures.

    Numbers that are shown together share the decimals of the largest of them.

    Examples
    --------
    >>> decimals_of(0.31), decimals_of(2.5), decimals_of(190_630.7)
    (3, 2, 0)
    """
    if not abs(size) > 0 or not math.isfinite(size):
        return figures
    return min(max(figures - 1 - math.floor(math.log10(abs(size))), 0), _MOST)


def figure(
    value: float | None, low: float | None = None, high: float | None = None
) -> str:
    """Return a number with as many digits as its interval allows; ``–`` for none."""
    if value is None or not math.isfinite(value):
        return "–"
    digits = decimals(low, high, _plain(value))
    return fixed(value, digits)


def interval(low: float | None, high: float | None) -> str:
    """Return ``0.787–0.836``, or ``""`` where there is none."""
    if low is None or high is None:
        return ""
    digits = decimals(low, high, _plain(high))
    ends = (_no_minus_zero(low, digits), _no_minus_zero(high, digits))
    joint = "–" if ends[0] >= 0 else " … "
    return joint.join(fixed(end, digits) for end in ends)


def percent(
    share: float | None, low: float | None = None, high: float | None = None
) -> str:
    """Return a share as a percentage with its sign.

    Examples
    --------
    >>> percent(0.529, 0.478, 0.580).replace("\u202f", " ")
    '53 %'
    """
    if share is None or not math.isfinite(share):
        return "–"
    digits = _percent_digits(share, low, high)
    return f"{fixed(100 * share, digits)}{_THIN}%"


def points(gap: float, low: float | None = None, high: float | None = None) -> str:
    """Return a difference of shares in percentage points.

    Examples
    --------
    >>> points(0.133, 0.768, 0.813).replace("\u202f", " ")
    '13.3 pp'
    """
    shown = fixed(100 * gap, _percent_digits(gap, low, high))
    unit = tr("pp")
    return f"{shown}{_THIN}{unit}"


def percent_interval(low: float | None, high: float | None) -> str:
    """Return ``48–58 %``, or ``""`` where there is none."""
    if low is None or high is None:
        return ""
    digits = _percent_digits(high, low, high)
    ends = (100 * end for end in (low, high))
    return "–".join(fixed(end, digits) for end in ends) + f"{_THIN}%"


def percent_with_interval(
    share: float | None, low: float | None, high: float | None
) -> str:
    """Return ``53 % (48–58 %)``."""
    ends = percent_interval(low, high)
    shown = percent(share, low, high)
    return f"{shown} ({ends})" if ends else shown


def figure_with_interval(
    value: float | None, low: float | None, high: float | None
) -> str:
    """Return ``0.812 (0.787–0.836)``."""
    ends = interval(low, high)
    shown = figure(value, low, high)
    return f"{shown} ({ends})" if ends else shown


def count(number: float) -> str:
    """Return a (weighted) count with thousands.

    Examples
    --------
    >>> count(1339), count(12.345)
    ('1,339', '12.3')
    """
    if float(number).is_integer() or abs(number) >= 1000:
        return fixed(number, 0)
    return fixed(number, 1)


def fixed(value: float, digits: int) -> str:
    """Return a number with so many decimals, as the language writes it.

    Every number that a person reads is written here, or in what is built on it.
    """
    if abs(value) >= LARGEST:
        return by_powers(value)
    return written(f"{_no_minus_zero(value, digits):,.{digits}f}")


def by_powers(value: float, digits: int | None = None) -> str:
    """Return a number by powers of ten, with so many decimals; 0 is plain.

    Examples
    --------
    >>> by_powers(1.5e15), by_powers(2e20, 1), by_powers(0.0)
    ('1.5e15', '2.0e20', '0')
    """
    if value == 0:
        return "0"
    if not math.isfinite(value):
        return written(str(value))
    shown = f"{value:.{_FIGURES - 1 if digits is None else digits}e}"
    mantissa, power = shown.split("e")
    if digits is None and "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return written(f"{mantissa}e{int(power)}")


def significant(value: float, digits: int) -> str:
    """Return a number with at most so many digits, very small and large by powers.

    Examples
    --------
    >>> significant(0.01234, 2), significant(123.4, 2), significant(206_855.8, 3)
    ('0.012', '120', '207,000')
    """
    if 1 <= abs(value) < _LARGE:
        after = digits - 1 - math.floor(math.log10(abs(value)))
        if after < 0:
            return written(f"{round(value, after):,.0f}")
    return written(f"{value + 0.0:.{digits}g}")


def threshold(value: float) -> str:
    """Return a threshold of scores, as the language writes it.

    It is written in one way wherever it stands; see :func:`threshold_digits`.
    """
    return written(threshold_digits(value))


def threshold_digits(value: float) -> str:
    """Return a threshold with a decimal point.

    One that somebody typed has all its digits, and no noughts behind them; one that
    was found between two scores has four, or as many as tell it from 1.

    Examples
    --------
    >>> threshold_digits(0.5), threshold_digits(0.12345), threshold_digits(1.0)
    ('0.5', '0.12345', '1')
    >>> threshold_digits(1 / 3), threshold_digits(1 - 1 / 300_000)
    ('0.3333', '0.9999967')
    """
    if not math.isfinite(value):
        return str(value)
    full = repr(value + 0.0).removesuffix(".0")
    if len(full.lstrip("-").replace(".", "").lstrip("0")) <= _TYPED:
        return full
    if 0.999 < value < 1:
        return f"{value:.{1 - math.floor(math.log10(1 - value))}f}"
    whole = math.floor(math.log10(abs(value))) + 1
    return f"{value:.{max(_FOUND, whole)}g}"


def signed(value: float, digits: int) -> str:
    """Return a number with so many decimals and its sign."""
    if abs(value) >= LARGEST:
        return written("+" if value > 0 else "") + by_powers(value)
    return written(f"{_no_minus_zero(value, digits):+,.{digits}f}")


def metric(name: str, found: Metric) -> str:
    """Return a metric's value, as a percentage where people speak in percent."""
    write = percent if name in SHARES else figure
    return write(found.value, found.low, found.high)


def metric_interval(name: str, found: Metric) -> str:
    """Return a metric's interval in the form of its value."""
    write = percent_interval if name in SHARES else interval
    return write(found.low, found.high)


def about(share: float) -> str:
    """Return a share in words that fit before *of the alarms*.

    Examples
    --------
    >>> about(0.66), about(0.53)
    ('about two thirds', 'about half')
    """
    if share <= 0:
        return tr("none")
    if share >= 1:
        return tr("all")
    near = min(_WORDS, key=lambda known: abs(known - share))
    if abs(near - share) > _NEAR:
        return percent(share)
    return _in_words(near)


SHARES = frozenset(
    {
        "accuracy",
        "balanced_accuracy",
        "precision",
        "recall",
        "precision_macro",
        "recall_macro",
        "expected_calibration_error",
        "specificity",
        "false_positive_rate",
        "false_negative_rate",
        "negative_predictive_value",
        "alarm_rate",
    }
)
_NEAR = 0.035
_WORDS = (0.1, 0.2, 0.25, 1 / 3, 0.4, 0.5, 0.6, 2 / 3, 0.75, 0.8, 0.9)


def widening(looks: int) -> float:
    """Return by how much a 95 % interval must grow to hold for ``looks`` at once.

    Bonferroni's correction, as a factor of the half-width.

    Examples
    --------
    >>> round(widening(1), 3), round(widening(10), 2)
    (1.0, 1.43)
    """
    normal = NormalDist()
    return normal.inv_cdf(1 - 0.025 / max(looks, 1)) / normal.inv_cdf(0.975)


def _in_words(share: float) -> str:
    words = (
        tr("about a tenth"),
        tr("about a fifth"),
        tr("about a quarter"),
        tr("about a third"),
        tr("about two fifths"),
        tr("about half"),
        tr("about three fifths"),
        tr("about two thirds"),
        tr("about three quarters"),
        tr("about four fifths"),
        tr("about nine tenths"),
    )
    return words[_WORDS.index(share)]


def _plain(value: float) -> int:
    if value == 0:
        return 0
    return min(max(2 - math.floor(math.log10(abs(value))), 0), _MOST)


def _percent_digits(share: float, low: float | None, high: float | None) -> int:
    fallback = 0 if 0.05 <= share <= 0.95 or share in (0.0, 1.0) else 1
    if low is None or high is None:
        return fallback
    return min(decimals(100 * low, 100 * high, fallback), 3)


def _no_minus_zero(value: float, digits: int) -> float:
    return round(value, digits) + 0.0
