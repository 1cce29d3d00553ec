"""Starts the window; the engine comes up after the first paint."""

from __future__ import annotations

import argparse
import os
import sys
import threading
import traceback
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTimer, QTranslator
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QApplication

from engine.contracts.errors import ErrorInfo
from engine.contracts.i18n import LANGUAGES, install, tr
from gui import panels
from gui.context import AppContext
from gui.main_window import MainWindow
from gui.services.case import CaseService
from gui.services.decision import DecisionModel
from gui.services.engine_client import EngineClient
from gui.services.notify import Notify
from gui.services.selection import SelectionModel
from gui.services.settings import Settings
from gui.services.theme import Mode, Theme

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

BETWEEN_STEPS_MS = 20
TITLE_BAR = 40  # pixels; what a desktop puts round a window


def arguments_of(given: Sequence[str]) -> argparse.Namespace:
    """Return what the window was started with."""
    parser = argparse.ArgumentParser(prog="main.py")
    parser.add_argument("files", nargs="*", help=tr("files or folders to open"))
    parser.add_argument("--demo", action="store_true", help=tr("open the demo"))
    parser.add_argument("--theme", choices=[mode.value for mode in Mode])
    parser.add_argument("--language", choices=LANGUAGES)
    parser.add_argument(
        "--screenshots",
        metavar="FOLDER",
        help=tr("without a screen: write pictures and figures of the demo, then leave"),
    )
    return parser.parse_args(list(given))


def make_context(settings: Settings, theme: Theme) -> AppContext:
    """Return the services of one window, wired."""
    notify = Notify()
    undo = QUndoStack()
    engine = EngineClient()
    decision = DecisionModel(undo)
    case = CaseService(engine, decision, undo, notify)
    selection = SelectionModel(engine, case, decision, undo)
    return AppContext(
        engine=engine,
        case=case,
        selection=selection,
        decision=decision,
        undo=undo,
        settings=settings,
        theme=theme,
        notify=notify,
    )


def translate_qt(language: str) -> QTranslator | None:
    """Let Qt name its own buttons and keys in a language, where it knows it."""
    translator = QTranslator(QCoreApplication.instance())
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if not translator.load(f"qtbase_{language}", folder):
        return None
    QCoreApplication.installTranslator(translator)
    return translator


def numbers_in_fields(language: str) -> QLocale:
    """Return how fields take numbers: as readings write them, thousands together."""
    locale = QLocale(language) if language == "es" else QLocale.c()
    locale.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator)
    return locale


def build(asked: argparse.Namespace, *, ask: bool = True) -> MainWindow:
    """Return the window, not yet shown; the engine is started once it is."""
    settings = Settings()
    preferences = settings.preferences
    language = asked.language or preferences.language
    if language == "system":
        language = QLocale.system().name()[:2]
    install(language)
    translate_qt(language)
    QLocale.setDefault(numbers_in_fields(language))
    theme = Theme(Mode(asked.theme or preferences.theme))
    context = make_context(settings, theme)
    window = MainWindow(context, ask=ask)
    _catch_everything(context.notify)
    QTimer.singleShot(0, window, context.engine.start)
    make_ahead(window)
    return window


def make_ahead(window: MainWindow) -> None:
    """Import and make the panels while the window waits, one step in a turn.

    Each takes 10 to 100 ms, which would be felt where the first files are read.
    """
    steps: list[Callable[[], object]] = []
    for name in panels.TABLE:
        steps.append(partial(panels.load, name))
        steps.append(partial(window.docks.prepare, name))
    steps.append(partial(import_module, "gui.dialogs.match"))
    waiting = iter(steps)
    timer = QTimer(window, interval=BETWEEN_STEPS_MS)

    def step() -> None:
        act = next(waiting, None)
        if act is None:
            timer.stop()
        else:
            act()

    timer.timeout.connect(step)
    timer.start()


def main(given: Sequence[str]) -> int:
    """Run the window until it is closed."""
    asked = arguments_of(given)
    headless = asked.screenshots or (asked.demo and _no_display())
    if headless:
        from gui.headless import run_demo  # noqa: PLC0415 - only without a screen

        return run_demo(asked, build)
    application = QApplication.instance() or QApplication(sys.argv[:1])
    application.setApplicationName("Trasluz")
    application.setOrganizationName("Trasluz")
    window = build(asked)
    _show(window)
    if asked.demo:
        window.open_demo()
    elif asked.files:
        window.open_paths(asked.files)
    return application.exec()


def _show(window: MainWindow) -> None:
    """Show the window; as large as the screen where it would not fit with its title."""
    room = window.screen().availableGeometry()
    if window.width() > room.width() or window.height() + TITLE_BAR > room.height():
        window.showMaximized()
    else:
        window.show()


def _no_display() -> bool:
    return (
        sys.platform == "linux"
        and not os.environ.get("DISPLAY")
        and not os.environ.get("WAYLAND_DISPLAY")
    )


def _catch_everything(notify: Notify) -> None:
    """Turn what nobody caught into a notice instead of a traceback."""

    def told(
        kind: type[BaseException], error: BaseException | None, trace: object
    ) -> None:
        if error is None or issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, None)  # type: ignore[arg-type]
            return
        details = "".join(traceback.format_exception(error))
        sys.stderr.write(details)
        info = ErrorInfo(
            code="engine.internal", params={"kind": kind.__name__}, details=details
        )
        QTimer.singleShot(0, notify, lambda: notify.error(info))

    sys.excepthook = told
    threading.excepthook = lambda event: told(
        event.exc_type, event.exc_value, event.exc_traceback
    )
