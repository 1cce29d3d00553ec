"""``make bench``: every speed and memory claim, measured on this machine.

``python tests/bench PART …`` measures only the parts named.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asking
import border
import explaining
import gradients
import local
import material
import msgspec
import numpy as np
import psutil
import watched
from driving import Driver, Lateness

from gui.widgets.row_table import RowTable

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
RUNS = 5
STEPS = 120
FRAME = 1 / 60
FIRST_FRAME = """
import sys, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
application = QApplication([])
from gui.app import arguments_of, build
window = build(arguments_of([]))
window.show()
QTimer.singleShot(0, lambda: (window.grab(), print(time.monotonic()), window.close(),
                              application.quit()))
application.exec()
"""

Row = tuple[str, str, str, str]


def figures(values: Any, unit: str) -> str:
    """Return median, 99th percentile and maximum as text."""
    found = np.asarray(values, dtype=float)
    return (
        f"p50 {np.median(found):.1f}, p99 {np.quantile(found, 0.99):.1f}, "
        f"max {found.max():.1f} {unit}"
    )


def row(name: str, shown: str, value: float, target: float | None, unit: str) -> Row:
    """Return one line of the table."""
    if target is None:
        return name, shown, "", ""
    met = "met" if value <= target else "MISSED"
    return name, shown, f"≤ {target:.3g} {unit}", met


def stalls() -> list[Row]:
    """How even the machine is: one fixed piece of work, over and over.

    A machine that is shared stops now and then; no frame can be evener than this.
    """
    took = []
    for _ in range(400):
        began = time.perf_counter()
        sum(i * i for i in range(80_000))
        took.append(1e3 * (time.perf_counter() - began))
    return [
        row(
            "the machine itself: a fixed piece of work",
            figures(took, "ms"),
            0,
            None,
            "",
        )
    ]


def first_frame() -> list[Row]:
    """From starting Python to a painted window."""
    took = []
    for _ in range(RUNS):
        began = time.monotonic()
        found = subprocess.run(
            [sys.executable, "-c", FIRST_FRAME],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        took.append(float(found.stdout.split()[-1]) - began)
    median = float(np.median(took))
    return [row("exec → first painted frame", f"{median:.2f} s", median, 0.7, "s")]


def demo() -> list[Row]:
    """Drop → first metrics on the demo."""
    driver = Driver()
    began = time.perf_counter()
    driver.window.open_demo()
    driver.wait(lambda: driver.context.case.scores is not None)
    driver.window.show_perspective("performance")
    driver.settle()
    took = time.perf_counter() - began
    driver.close()
    return [row("demo: drop → first metrics", f"{took:.2f} s", took, None, "s")]


def wide() -> list[Row]:
    """A million rows by 50 and a forest of a hundred trees."""
    files = [str(material.wide_table()), str(material.forest())]
    driver = Driver()
    context = driver.context
    lateness = Lateness()
    driver.window.open_paths(files[:1])
    opened = driver.wait(lambda: context.case.data is not None)
    driver.window.open_paths(files[1:])
    driver.accept_match()
    predicted = driver.wait(lambda: context.case.scores is not None)
    driver.window.show_perspective("errors")
    shown = driver.settle()
    late = lateness.stop()
    rows = [
        row("1M × 50 Parquet: drop → open", f"{opened:.2f} s", opened, 3, "s"),
        row("1M × 50: predicting (100 trees)", f"{predicted:.2f} s", 0, None, ""),
        row("1M × 50: scores → all panels of Errors", f"{shown:.2f} s", 0, None, ""),
        row(
            "window lateness meanwhile, p99",
            figures(late, "ms"),
            float(np.quantile(late, 0.99)),
            16,
            "ms",
        ),
        row(
            "window lateness meanwhile, max",
            figures(late, "ms"),
            float(late.max()),
            50,
            "ms",
        ),
    ]
    rows += selection_changes(driver)
    rows += [
        row(f"peak memory, {name}", f"{mb} MB", mb, None, "MB")
        for name, mb in driver.processes().items()
    ]
    rows += cancelling(driver)
    rows += crash(driver)
    driver.close()
    return rows


def selection_changes(driver: Driver) -> list[Row]:
    """A click until every panel in sight shows it."""
    from engine.contracts.selection import Range, cell

    took = []
    selection = driver.context.selection
    for rule in (cell("yes", "no"), Range("x00", 0.5), cell("no", "yes")):
        changed: list[object] = []
        told = changed.append
        selection.changed.connect(lambda *_, told=told: told(1))
        began = time.perf_counter()
        selection.select(rule, "bench")
        driver.wait(lambda changed=changed: bool(changed))
        driver.repaint()
        took.append(1e3 * (time.perf_counter() - began))
        driver.settle()
    worst = max(took)
    return [row("selection change at 1M", figures(took, "ms"), worst, 100, "ms")]


def cancelling(driver: Driver) -> list[Row]:
    """Cancel in the middle of predicting a million rows."""
    driver.context.case.predict(target="y", positive="yes")
    began = time.perf_counter()
    driver.wait(lambda: time.perf_counter() - began > 1.5)
    for job in driver.context.engine.jobs:
        job.cancel()
    took = driver.wait(lambda: not driver.context.engine.jobs)
    return [row("cancel in the middle of it", f"{took:.3f} s", took, 0.5, "s")]


def crash(driver: Driver) -> list[Row]:
    """Kill the engine; wait until the case is back, predictions and all."""
    back: list[object] = []
    driver.context.case.predictions_changed.connect(lambda: back.append(1))
    driver.context.engine.kill()
    took = driver.wait(lambda: bool(back))
    name = "1M × 50: crash → restored, read and predicted again"
    return [row(name, f"{took:.2f} s", took, None, "s")]


def drag(n_rows: int, target: float) -> list[Row]:
    """A threshold move until all panels of Errors are repainted."""
    from engine.contracts.selection import cell

    driver = Driver()
    context = driver.context
    driver.window.open_paths([str(material.recorded_scores(n_rows))])
    driver.accept_match()
    driver.wait(lambda: context.case.scores is not None)
    driver.window.show_perspective("errors")
    shown = driver.settle()
    rows = [row(f"{n_rows:,} scores → all panels", f"{shown:.2f} s", 0, None, "")]
    rows.append(moved(driver, f"threshold move at {n_rows:,} rows", target))
    context.selection.select(cell("yes", "no"), "bench")
    driver.wait(lambda: context.selection.mask is not None)
    driver.settle()
    name = f"threshold move at {n_rows:,} rows, a cell selected"
    rows.append(moved(driver, name, target))
    driver.close()
    return rows


def moved(driver: Driver, name: str, target: float) -> Row:
    """Drag the threshold up and down; every move is painted before the next."""
    decision = driver.context.decision
    took = []
    for step in range(STEPS):
        threshold = 0.5 + 0.3 * np.sin(step / 9)
        there = msgspec.structs.replace(decision.decision, threshold=float(threshold))
        began = time.perf_counter()
        decision.drag(there, "bench")
        driver.repaint()
        took.append(1e3 * (time.perf_counter() - began))
    decision.end_drag()
    driver.settle()
    p99 = float(np.quantile(took, 0.99))
    return row(f"{name}, p99", figures(took, "ms"), p99, target, "ms")


def scroll() -> list[Row]:
    """Turn the wheel over a table, then pull its bars: each step until painted."""
    driver = Driver()
    context = driver.context
    driver.window.open_paths([str(material.wide_table(100))])
    driver.wait(lambda: context.case.data is not None)
    driver.window.show_perspective("data")
    driver.settle()
    table = driver.window.docks.panels["data"].findChild(RowTable)
    down, across = table.verticalScrollBar(), table.horizontalScrollBar()
    shape = "1M × 100"
    rows = []
    for name, bar, step in (
        ("wheel", down, 3),
        ("pulling the bar down", down, down.maximum() // STEPS),
        ("pulling the bar across", across, max(1, across.maximum() // STEPS)),
    ):
        bar.setValue(0)
        driver.settle()
        took = []
        for _ in range(STEPS):
            began = time.perf_counter()
            bar.setValue(bar.value() + step)
            driver.repaint()
            took.append(1e3 * (time.perf_counter() - began))
            driver.pause(max(0.0, FRAME - took[-1] / 1e3))
        p99 = float(np.quantile(took, 0.99))
        rows.append(
            row(f"{shape}, {name}, p99", figures(took, "ms"), p99, 1e3 * FRAME, "ms")
        )
    driver.close()
    return rows


def machine() -> str:
    """Return what this was measured on."""
    memory = psutil.virtual_memory().total >> 30
    load = " ".join(f"{value:.1f}" for value in psutil.getloadavg())
    libraries = ", ".join(
        f"{name} {version(name)}" for name in ("numpy", "pyarrow", "scikit-learn")
    )
    return (
        f"{platform.machine()}, {psutil.cpu_count()} cores, {memory} GB, "
        f"{platform.system()} {platform.release()}, Python "
        f"{platform.python_version()}, {libraries}; load {load}"
    )


PARTS: dict[str, Callable[[], list[Row]]] = {
    "machine": stalls,
    "start": first_frame,
    "demo": demo,
    "wide": wide,
    "border": border.border,
    "scroll": scroll,
    "drag": lambda: drag(1_000_000, 16) + drag(10_000_000, 50),
    "explain": explaining.trees,
    "asking": lambda: asking.sampled() + asking.in_a_session(),
    "gradients": gradients.beside,
    "local": local.local,
    "watched": watched.watched,
}


def main() -> None:
    """Measure the parts asked for and write ``build/bench/results.md``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    asked = parser.parse_args().parts or list(PARTS)
    if unknown := [part for part in asked if part not in PARTS]:
        parser.error(f"no such part: {unknown[0]}; there are {', '.join(PARTS)}")
    subprocess.run([sys.executable, material.__file__], check=True)
    lines = [f"Measured on {machine()}.", "", "| what | measured | target | |"]
    lines.append("|---|---|---|---|")
    print("\n".join(lines))
    for part in asked:
        for found in PARTS[part]():
            lines.append("| " + " | ".join(found) + " |")
            print(lines[-1], flush=True)
    material.FOLDER.mkdir(parents=True, exist_ok=True)
    (material.FOLDER / "results.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
