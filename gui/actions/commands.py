"""Every command of the window, as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.contracts.dataset import Part
from engine.contracts.i18n import tr
from gui.actions import Action, checked
from gui.dialogs.about_program import show_about_program
from gui.dialogs.consents import show_consents
from gui.dialogs.facts import show_facts
from gui.dialogs.shortcuts import show_shortcuts
from gui.layouts import PERSPECTIVES, reason
from gui.services.theme import Mode

if TYPE_CHECKING:
    from collections.abc import Callable

    from gui.main_window import MainWindow


def window_actions(window: MainWindow) -> tuple[Action, ...]:
    """Return the commands of a window, ids and shortcuts all different."""
    context = window.context
    file, edit = tr("File"), tr("Edit")
    view, help_menu = tr("View"), tr("Help")

    def opened() -> bool:
        return not context.case.is_empty

    actions = [
        Action(
            id="file.open",
            title=tr("Open files…"),
            run=window.choose_files,
            shortcut="Ctrl+O",
            menu=file,
        ),
        Action(
            id="file.demo", title=tr("Open the demo"), run=window.open_demo, menu=file
        ),
        Action(
            id="file.match",
            title=tr("Match data and model…"),
            run=window.questions.match,
            shortcut="Ctrl+M",
            menu=file,
            enabled=opened,
        ),
        Action(
            id="file.reading",
            title=tr("How the file is read…"),
            run=window.questions.read_again,
            menu=file,
            enabled=opened,
        ),
        *_part_actions(window, file, opened),
        Action(
            id="file.again",
            title=tr("Read and compute everything again"),
            run=context.case.replay,
            shortcut="F5",
            menu=file,
            enabled=opened,
        ),
        Action(
            id="file.save_as",
            title=tr("Save the case as…"),
            run=window.save_as,
            shortcut="Ctrl+Shift+S",
            menu=file,
            enabled=opened,
        ),
        Action(
            id="file.close",
            title=tr("Close"),
            run=window.close,
            shortcut="Ctrl+Q",
            menu=file,
        ),
        Action(
            id="edit.undo",
            title=tr("Undo"),
            run=context.undo.undo,
            shortcut="Ctrl+Z",
            menu=edit,
            enabled=context.undo.canUndo,
        ),
        Action(
            id="edit.redo",
            title=tr("Redo"),
            run=context.undo.redo,
            shortcut="Ctrl+Shift+Z",
            other_keys="Ctrl+Y",
            menu=edit,
            enabled=context.undo.canRedo,
        ),
        Action(
            id="edit.clear",
            title=tr("Clear the selection"),
            run=context.selection.clear,
            shortcut="Esc",
            menu=edit,
        ),
        Action(
            id="view.palette",
            title=tr("Search or command…"),
            run=window.open_palette,
            shortcut="Ctrl+K",
            menu=view,
        ),
        Action(
            id="view.reset",
            title=tr("Reset the arrangement"),
            run=window.docks.reset,
            menu=view,
            enabled=opened,
        ),
        *_theme_actions(window, view),
        *_language_actions(window, view),
        Action(
            id="engine.again",
            title=tr("Start the engine again"),
            run=context.engine.start_again,
            menu=file,
            enabled=lambda: context.engine.state == "failed",
        ),
        Action(
            id="help.shortcuts",
            title=tr("Keyboard shortcuts"),
            run=lambda: show_shortcuts(window.commands, window),
            shortcut="F1",
            menu=help_menu,
        ),
        Action(
            id="help.facts",
            title=tr("Offline and sandboxed"),
            run=lambda: show_facts(context, window),
            menu=help_menu,
        ),
        Action(
            id="help.consents",
            title=tr("Consents…"),
            run=lambda: show_consents(context, window),
            menu=help_menu,
        ),
        Action(
            id="help.about",
            title=tr("About Trasluz"),
            run=lambda: show_about_program(context, window),
            menu=help_menu,
        ),
    ]
    for number, (name, perspective) in enumerate(PERSPECTIVES.items(), start=1):
        actions.append(
            Action(
                id=f"perspective.{name}",
                title=tr("Go to {place}", place=tr(perspective.title)),
                run=lambda name=name: window.show_perspective(name),  # type: ignore[misc]
                shortcut=f"Ctrl+{number}",
                enabled=lambda name=name: reason(name, context.case) is None,  # type: ignore[misc]
            )
        )
    return checked(tuple(actions))


def _part_actions(
    window: MainWindow, menu: str, opened: Callable[[], bool]
) -> list[Action]:
    titles = {
        Part.REFERENCE: tr("Add training data…"),
        Part.CALIBRATION: tr("Add calibration data…"),
    }
    return [
        Action(
            id=f"file.{part.value}",
            title=title,
            run=lambda part=part, title=title: window.questions.choose_part(  # type: ignore[misc]
                part, title
            ),
            menu=menu,
            enabled=opened,
        )
        for part, title in titles.items()
    ]


def _language_actions(window: MainWindow, menu: str) -> list[Action]:
    def choose(language: str) -> None:
        window.context.settings.update(language=language)
        window.context.notify.info(tr("The language changes at the next start."))

    titles = {
        "system": tr("Language: as the system"),
        "en": tr("Language: English"),
        "es": tr("Language: Spanish"),
    }
    return [
        Action(
            id=f"view.language.{language}",
            title=title,
            run=lambda language=language: choose(language),  # type: ignore[misc]
            menu=menu,
            current=lambda language=language: (  # type: ignore[misc]
                window.context.settings.preferences.language == language
            ),
        )
        for language, title in titles.items()
    ]


def _theme_actions(window: MainWindow, menu: str) -> list[Action]:
    def choose(mode: Mode) -> None:
        window.context.theme.set_mode(mode)
        window.context.settings.update(theme=mode.value)

    titles = {
        Mode.SYSTEM: tr("Theme: as the system"),
        Mode.LIGHT: tr("Theme: light"),
        Mode.DARK: tr("Theme: dark"),
        Mode.HIGH_CONTRAST: tr("Theme: high contrast"),
    }
    return [
        Action(
            id=f"view.theme.{mode.value}",
            title=title,
            run=lambda mode=mode: choose(mode),  # type: ignore[misc]
            menu=menu,
            current=lambda mode=mode: window.context.theme.mode is mode,  # type: ignore[misc]
        )
        for mode, title in titles.items()
    ]
