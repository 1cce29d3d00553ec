"""Colours and icons: light, dark, of high contrast, or as the system has it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
ICONS = RESOURCES / "icons"
# Arrows of style sheets stand in files of one grey that both themes can bear; ticks
# in one for each.
SIGNS = (RESOURCES / "themes").as_posix()


class Mode(StrEnum):
    """Which theme the user wants."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"
    HIGH_CONTRAST = "high-contrast"


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """The colours of a theme, as ``#rrggbb``.

    ``right`` and ``wrong`` tint what agrees with the truth and what does not;
    they differ in lightness as well as in hue. ``class_colours`` are Okabe–Ito.
    """

    ground: str
    panel: str
    line: str
    text: str
    muted: str
    accent: str
    accent_soft: str
    on_accent: str
    warning: str
    selection: str
    rail: str
    right: str
    wrong: str
    class_colours: tuple[str, ...]

    def class_colour(self, code: int) -> str:
        """Return the colour of a class; colours repeat beyond eight classes."""
        return self.class_colours[code % len(self.class_colours)]


LIGHT = Tokens(
    ground="#F4F4F2",
    panel="#FFFFFF",
    line="#DCDCD8",
    text="#1E1F21",
    muted="#666A6F",
    accent="#2463A8",
    accent_soft="#E8EFF7",
    on_accent="#FFFFFF",
    warning="#B4540A",
    selection="#F3E3C8",
    rail="#ECECE8",
    right="#CFE4F2",
    wrong="#FBE3C6",
    class_colours=(
        "#0072B2",
        "#D98A00",
        "#009E73",
        "#CC79A7",
        "#56B4E9",
        "#D55E00",
        "#8C7A00",
        "#5F5F5F",
    ),
)
DARK = Tokens(
    ground="#1B1D20",
    panel="#232629",
    line="#383C41",
    text="#E6E7E9",
    muted="#9A9FA6",
    accent="#6FA8E6",
    accent_soft="#2A3644",
    on_accent="#14171A",
    warning="#E79A55",
    selection="#4A3C22",
    rail="#1F2124",
    right="#27455C",
    wrong="#5A4324",
    class_colours=(
        "#5AB0E8",
        "#E8A93A",
        "#35C49A",
        "#E09AC2",
        "#8FD0F5",
        "#F08A45",
        "#CDBB3A",
        "#B5B5B5",
    ),
)
# Every text at 7 : 1 at least, every line and mark at 4.5 : 1.
HIGH_CONTRAST = Tokens(
    ground="#000000",
    panel="#000000",
    line="#B4B4B4",
    text="#FFFFFF",
    muted="#DCDCDC",
    accent="#6FD3FF",
    accent_soft="#00374F",
    on_accent="#000000",
    warning="#FFBE55",
    selection="#4F3A00",
    rail="#000000",
    right="#00425F",
    wrong="#5C3300",
    class_colours=(
        "#56C5FF",
        "#FFB52E",
        "#2EDCA8",
        "#FF9FD6",
        "#B4E6FF",
        "#FF9455",
        "#EFE04A",
        "#D2D2D2",
    ),
)


class Theme(QObject):
    """The theme in force; ``changed`` is emitted after the palette was set."""

    changed = Signal()

    def __init__(self, mode: Mode = Mode.SYSTEM, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mode = mode
        self._icons: dict[tuple[str, str, str], QIcon] = {}
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._system_changed)
        hints.accessibility().contrastPreferenceChanged.connect(self._system_changed)
        self._apply()

    @property
    def mode(self) -> Mode:
        """What the user chose."""
        return self._mode

    @property
    def dark(self) -> bool:
        """Whether what is written is brighter than its ground."""
        return self.tokens is not LIGHT

    @property
    def tokens(self) -> Tokens:
        """The colours in force."""
        match self._mode:
            case Mode.LIGHT:
                return LIGHT
            case Mode.DARK:
                return DARK
            case Mode.HIGH_CONTRAST:
                return HIGH_CONTRAST
        return _of_the_system()

    def set_mode(self, mode: Mode) -> None:
        """Follow the system, or force one of the themes."""
        if mode is not self._mode:
            self._mode = mode
            self._apply()
            self.changed.emit()

    def icon(self, name: str, colour: str = "") -> QIcon:
        """Return ``resources/icons/name.svg`` in the theme's muted colour."""
        key = (name, self.tokens.muted, colour)
        if key not in self._icons:
            self._icons[key] = _drawn(name, colour or self.tokens.muted)
        return self._icons[key]

    def _system_changed(self) -> None:
        if self._mode is Mode.SYSTEM:
            self._apply()
            self.changed.emit()

    def _apply(self) -> None:
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.setPalette(_palette(self.tokens))
            application.setStyleSheet(_style_sheet(self.tokens))


def _of_the_system() -> Tokens:
    hints = QGuiApplication.styleHints()
    if hints.accessibility().contrastPreference() is Qt.ContrastPreference.HighContrast:
        return HIGH_CONTRAST
    return DARK if hints.colorScheme() is Qt.ColorScheme.Dark else LIGHT


def _drawn(name: str, colour: str) -> QIcon:
    drawing = (ICONS / f"{name}.svg").read_text(encoding="utf-8")
    renderer = QSvgRenderer(
        QByteArray(drawing.replace("currentColor", colour).encode())
    )
    icon = QIcon()
    for side in (16, 32, 48):
        pixmap = QPixmap(QSize(side, side))
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter)
        painter.end()
        icon.addPixmap(pixmap)
    return icon


def _palette(tokens: Tokens) -> QPalette:
    roles = {
        QPalette.ColorRole.Window: tokens.ground,
        QPalette.ColorRole.WindowText: tokens.text,
        QPalette.ColorRole.Base: tokens.panel,
        QPalette.ColorRole.AlternateBase: tokens.ground,
        QPalette.ColorRole.Text: tokens.text,
        QPalette.ColorRole.Button: tokens.panel,
        QPalette.ColorRole.ButtonText: tokens.text,
        QPalette.ColorRole.BrightText: tokens.on_accent,
        QPalette.ColorRole.ToolTipBase: tokens.panel,
        QPalette.ColorRole.ToolTipText: tokens.text,
        QPalette.ColorRole.PlaceholderText: tokens.muted,
        QPalette.ColorRole.Highlight: tokens.accent,
        QPalette.ColorRole.HighlightedText: tokens.on_accent,
        QPalette.ColorRole.Link: tokens.accent,
        QPalette.ColorRole.Mid: tokens.line,
        QPalette.ColorRole.Midlight: tokens.line,
        QPalette.ColorRole.Dark: tokens.line,
        QPalette.ColorRole.Light: tokens.panel,
        QPalette.ColorRole.Accent: tokens.accent,
    }
    palette = QPalette()
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (
        QPalette.ColorRole.Text,
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.ButtonText,
    ):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(tokens.muted))
    return palette


def _style_sheet(tokens: Tokens) -> str:
    # Spin boxes keep the frame of the style: with one from a style sheet, Qt 6.11
    # leaves no room for the number where there are no buttons.
    tick = "check-light" if tokens is LIGHT else "check-dark"
    return f"""
    QToolTip {{ color: {tokens.text}; background: {tokens.panel};
        border: 1px solid {tokens.line}; padding: 4px; }}
    QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
    QMainWindow::separator {{ background: {tokens.ground}; width: 6px; height: 6px; }}
    QMainWindow::separator:hover {{ background: {tokens.line}; }}
    QToolButton {{ border: 1px solid transparent; padding: 3px 6px; }}
    QToolButton:hover {{ background: {tokens.accent_soft}; }}
    QToolButton:checked {{ background: {tokens.accent_soft};
        border-color: {tokens.accent}; }}
    QToolButton:focus {{ border-color: {tokens.accent}; }}
    QToolButton::menu-indicator {{ image: none; }}
    QPushButton {{ background: {tokens.panel}; border: 1px solid {tokens.line};
        padding: 5px 14px; }}
    QPushButton:hover {{ border-color: {tokens.accent}; }}
    QPushButton:focus {{ border-color: {tokens.accent}; }}
    QPushButton:default {{ background: {tokens.accent}; color: {tokens.on_accent};
        border-color: {tokens.accent}; }}
    QPushButton:disabled {{ color: {tokens.muted}; background: {tokens.ground};
        border-color: {tokens.line}; }}
    QLineEdit, QComboBox, QPlainTextEdit {{
        background: {tokens.panel}; border: 1px solid {tokens.line}; padding: 3px 6px;
        selection-background-color: {tokens.accent}; }}
    QLineEdit:focus, QComboBox:focus, QPlainTextEdit:focus {{
        border-color: {tokens.accent}; }}
    QCheckBox::indicator, QAbstractItemView::indicator {{ width: 13px; height: 13px;
        border: 1px solid {tokens.muted}; background: {tokens.panel}; }}
    QCheckBox::indicator:hover, QCheckBox::indicator:focus {{
        border-color: {tokens.accent}; }}
    QCheckBox::indicator:checked, QAbstractItemView::indicator:checked {{
        background: {tokens.accent}; border-color: {tokens.accent};
        image: url({SIGNS}/{tick}.svg); }}
    QCheckBox::indicator:disabled {{ border-color: {tokens.line};
        background: {tokens.ground}; }}
    QComboBox {{ padding-right: 20px; }}
    QComboBox::drop-down {{ border: none; width: 18px; }}
    QComboBox::down-arrow {{ image: url({SIGNS}/down.svg); width: 10px; height: 10px; }}
    QComboBox QAbstractItemView {{ border: 1px solid {tokens.line};
        selection-background-color: {tokens.accent_soft};
        selection-color: {tokens.text}; }}
    QTableView, QTreeView, QListView {{ border: none; gridline-color: {tokens.line};
        background: {tokens.panel}; selection-background-color: {tokens.accent_soft};
        selection-color: {tokens.text}; }}
    QListWidget::item {{ padding: 3px 6px; }}
    QHeaderView {{ background: {tokens.panel}; border: none; }}
    QHeaderView::section, QTableCornerButton::section {{ background: {tokens.panel};
        color: {tokens.muted}; border: none; border-bottom: 1px solid {tokens.line};
        padding: 4px 8px; }}
    QTabBar::tab {{ background: {tokens.ground}; color: {tokens.muted};
        border: 1px solid {tokens.line}; padding: 4px 12px; }}
    QTabBar::tab:selected {{ background: {tokens.panel}; color: {tokens.text}; }}
    QMenu {{ background: {tokens.panel}; border: 1px solid {tokens.line};
        padding: 4px; }}
    QMenu::item {{ padding: 4px 24px 4px 12px; }}
    QMenu::item:selected {{ background: {tokens.accent_soft}; color: {tokens.text}; }}
    QMenu::item:disabled {{ color: {tokens.muted}; }}
    QMenu::separator {{ height: 1px; background: {tokens.line}; margin: 4px 0; }}
    QMenuBar {{ background: {tokens.panel}; }}
    QMenuBar::item {{ padding: 4px 10px; }}
    QMenuBar::item:selected {{ background: {tokens.accent_soft}; }}
    QProgressBar {{ border: none; background: {tokens.line}; max-height: 6px;
        min-height: 6px; }}
    QProgressBar::chunk {{ background: {tokens.accent}; }}
    QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
    QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
    QScrollBar::handle {{ background: {tokens.line}; min-height: 24px;
        min-width: 24px; }}
    QScrollBar::handle:hover {{ background: {tokens.muted}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    """
