"""Perspectives: ready-made arrangements of panels, in the order of the work."""

from __future__ import annotations

from dataclasses import dataclass

from engine.contracts.i18n import mark


@dataclass(frozen=True, kw_only=True)
class Perspective:
    """Columns of panels, left to right, each top to bottom.

    Attributes
    ----------
    columns
        Panel ids; several joined by ``+`` are tabs of one place.
    widths
        Relative widths of the columns.
    heights
        Relative heights within each column.
    """

    title: str
    columns: tuple[tuple[str, ...], ...] = ()
    widths: tuple[int, ...] = ()
    heights: tuple[tuple[int, ...], ...] = ()


PERSPECTIVES: dict[str, Perspective] = {
    "data": Perspective(
        title=mark("Data"),
        columns=(("data",), ("model",)),
        widths=(72, 28),
        heights=((1,), (1,)),
    ),
    "performance": Perspective(
        title=mark("Performance"),
        columns=(("summary",), ("confusion+residuals", "threshold")),
        widths=(50, 50),
        heights=((1,), (50, 50)),
    ),
    "thresholds": Perspective(
        title=mark("Thresholds"),
        columns=(("threshold",), ("confusion", "summary")),
        widths=(56, 44),
        heights=((1,), (45, 55)),
    ),
    "calibration": Perspective(
        title=mark("Calibration"),
        columns=(("reliability",), ("threshold", "predictions")),
        widths=(52, 48),
        heights=((1,), (55, 45)),
    ),
    "errors": Perspective(
        title=mark("Errors"),
        columns=(
            ("confusion+residuals", "buckets", "predictions"),
            ("threshold", "reliability"),
        ),
        widths=(46, 54),
        heights=((38, 27, 35), (64, 36)),
    ),
    "explain": Perspective(title=mark("Explain")),
    "images": Perspective(title=mark("Images")),
    "text": Perspective(title=mark("Text")),
    "network": Perspective(title=mark("Network")),
    "stress": Perspective(title=mark("Stress")),
    "groups": Perspective(title=mark("Groups")),
    "compare": Perspective(title=mark("Compare")),
    "findings": Perspective(title=mark("Findings")),
    "report": Perspective(title=mark("Report")),
}
