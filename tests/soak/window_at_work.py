"""A window whose user writes notes, opens files and exports rows without a pause.

``python window_at_work.py FOLDER``: every line it prints is a promise. ``opened N``:
the case was opened and has N notes. ``saved N``: note N has been saved.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import QApplication

from engine.contracts import requests as r

N_KINDS = 3


class User:
    """Does one thing after the other, each as soon as the one before is done."""

    def __init__(self, window, folder: Path) -> None:
        self.window, self.folder = window, folder
        self.case, self.engine = window.context.case, window.context.engine
        self.n_notes = 0
        self.window.autosave.saved.connect(self._saved)
        self._begun = False
        path = folder / "case.trasluz"
        if path.exists():
            self.case.restored.connect(self._opened)
            self.case.open_case(str(path))
        else:
            self.case.data_changed.connect(self._opened)
            self.case.open_data((str(folder / "rows.csv"),), then_match=False)
            self.case.path = str(path)

    def _opened(self) -> None:
        if self._begun:
            return
        self._begun = True
        self.n_notes = self.case.file.notes.count("note ")
        self._say("opened")
        QTimer.singleShot(0, self._write_a_note)

    def _write_a_note(self) -> None:
        self.n_notes += 1
        self.case.add_note(f"note {self.n_notes}")
        self.window.autosave.save()

    def _saved(self) -> None:
        if f"note {self.n_notes}\n" not in self.case.file.notes or not self._begun:
            return
        self._say("saved")
        folder = self.folder
        done = {"on_result": lambda _result: self._write_a_note()}
        done["on_error"] = done["on_result"]
        match self.n_notes % N_KINDS:
            case 0:
                self.engine.submit(r.Inspect(path=str(folder / "rows.csv")), **done)
            case 1:
                self.engine.submit(r.OpenView(), on_result=lambda _r: None)
                out = str(folder / "rows.xlsx")
                columns = ("x1", "x2", "colour")
                self.engine.submit(r.Export(view=1, columns=columns, path=out), **done)
            case _:
                path = str(folder / "rows.csv")
                self.engine.submit(r.Recognise(paths=(path,)), **done)

    def _say(self, what: str) -> None:
        sys.stdout.write(f"{what} {self.n_notes}\n")
        sys.stdout.flush()


def main() -> None:
    """Work until killed."""
    application = QApplication([])
    folder = Path(sys.argv[1])
    QSettings.setPath(
        QSettings.defaultFormat(), QSettings.Scope.UserScope, str(folder / "settings")
    )
    from gui.app import arguments_of, build

    window = build(arguments_of(["--theme", "light", "--language", "en"]), ask=False)
    window.show()
    user = User(window, folder)  # noqa: F841 - kept alive
    application.exec()


if __name__ == "__main__":
    main()
