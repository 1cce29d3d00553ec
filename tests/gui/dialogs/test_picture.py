"""A saved picture is the plot alone over its caption, in every format."""

from __future__ import annotations

import re
import zlib
from datetime import datetime
from xml.etree import ElementTree

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QFileDialog,
    QTableView,
    QWidget,
)

from engine.contracts.dataset import Part
from gui.dialogs import export
from gui.dialogs.caption import caption_of, file_name
from gui.dialogs.picture import SHARPNESS, Picture
from gui.dialogs.picture_parts import PlotPart, TablePart, parts_of
from gui.panels.calibration.reliability import ReliabilityPanel
from gui.panels.confusion.confusion import ConfusionPanel
from gui.panels.summary.summary import SummaryPanel
from gui.panels.thresholds.threshold import ThresholdPanel
from gui.services.program import program_version
from gui.services.theme import DARK, LIGHT, Mode
from tests.gui.panels.measured_case import credit, measured_case
from tests.gui.support import MODEL

NOW = datetime(2026, 3, 4, 5, 6)
PANELS = (ConfusionPanel, ThresholdPanel, ReliabilityPanel, SummaryPanel)


@pytest.fixture
def shown(qtbot):
    """Show a panel on a case with a model and a file."""

    def show(kind, mode=Mode.LIGHT):
        made = measured_case(credit(), mode=mode)
        made.case.model = MODEL
        made.case.path = "/cases/credit 7.trasluz"
        panel = kind(made.context)
        qtbot.addWidget(panel)
        panel.resize(700, 520)
        panel.show()
        qtbot.waitUntil(lambda: panel.result is not None)
        return panel

    return show


def painted(image, colour):
    """Return how many dots are of exactly a colour."""
    made = image.convertToFormat(QImage.Format.Format_RGB32)
    dots = np.frombuffer(made.constBits(), np.uint32).reshape(made.height(), -1)
    return int(np.count_nonzero((dots & 0xFFFFFF) == QColor(colour).rgb() & 0xFFFFFF))


def svg_texts(data):
    found = ElementTree.fromstring(data)
    tags = [node.tag.rpartition("}")[2] for node in found.iter()]
    texts = [
        "".join(node.itertext()) for node in found.iter() if node.tag.endswith("text")
    ]
    return tags, texts


def pdf_content(data):
    """Return the drawing commands of all pages."""
    found = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL)
    streams = []
    for stream in found:
        try:
            streams.append(zlib.decompress(stream))
        except zlib.error:
            streams.append(stream)
    return b"\n".join(streams)


@pytest.mark.parametrize("kind", PANELS)
def test_the_caption_says_where_the_picture_comes_from(shown, kind):
    panel = shown(kind)
    caption = caption_of(panel, NOW)
    for part in (
        "case credit 7",
        "model m.skops (abababab)",
        "data ",
        "bad if p ≥ 0.5",
        "1,339 of 1,339 rows",
        "2026-03-04 05:06",
        f"Trasluz {program_version()}",
    ):
        assert part in caption


def test_the_caption_names_data_decision_and_rows_as_they_are(shown):
    panel = shown(ThresholdPanel)
    data = panel.context.case.data
    part = data.part(Part.EVALUATION)
    marked = msgspec.structs.replace(part, fingerprint="cd" * 32)
    panel.context.case.data = msgspec.structs.replace(data, parts=(marked,))
    panel.spin.setValue(0.7)
    origin = msgspec.structs.replace(
        panel.result.provenance, n_used=500, selection="age < 25"
    )
    panel.result = msgspec.structs.replace(panel.result, provenance=origin)
    caption = caption_of(panel, NOW)
    assert f"data {data.name} (cdcdcdcd)" in caption
    assert "bad if p ≥ 0.7" in caption
    assert "500 of 1,339 rows · age < 25" in caption


@pytest.mark.parametrize("kind", PANELS)
def test_no_controls_are_painted_and_all_plots_are(shown, kind):
    panel = shown(kind)
    parts = parts_of(panel.body, panel.as_table())
    assert parts
    for part in parts:
        if isinstance(part, PlotPart):
            assert not part.plot.findChildren(QComboBox)
    assert isinstance(parts[0], TablePart) is (kind is SummaryPanel)
    image = Picture(panel).image()
    # buttons and boxes would be painted in colours that no part has
    odd = "#FF00FF"
    for control in panel.findChildren(QAbstractButton) + panel.findChildren(QComboBox):
        control.setStyleSheet(f"background: {odd}; color: {odd}; border-color: {odd};")
    assert painted(Picture(panel).image(), odd) == 0
    assert painted(panel.grab().toImage(), odd) > 100
    assert painted(image, LIGHT.text) + painted(image, LIGHT.muted) > 200


@pytest.mark.parametrize("kind", PANELS)
def test_a_png_has_two_dots_a_pixel_and_both_plot_and_caption(shown, kind):
    picture = Picture(shown(kind))
    image = QImage.fromData(picture.encoded(".png"))
    assert image.width() == round(picture.size.width() * SHARPNESS)
    assert image.dotsPerMeterX() == pytest.approx(2 * 96 / 0.0254, abs=1)
    high = image.height()
    caption = image.copy(0, high - 50, image.width(), 50)
    plot = image.copy(0, 0, image.width(), high - 110)
    for piece in (caption, plot):
        assert painted(piece, LIGHT.panel) < piece.width() * piece.height() - 300


@pytest.mark.parametrize("kind", PANELS)
def test_an_svg_holds_lines_and_the_caption_as_text(shown, kind):
    picture = Picture(shown(kind))
    tags, texts = svg_texts(picture.encoded(".svg"))
    assert " ".join(picture._lines) in " ".join(t.strip() for t in texts)
    assert len(texts) > len(picture._lines) + 3  # the plot's own words
    assert tags.count("path") + tags.count("polyline") + tags.count("rect") > 3
    assert "image" not in tags


@pytest.mark.parametrize("kind", PANELS)
def test_a_pdf_is_one_page_of_lines(shown, kind):
    picture = Picture(shown(kind))
    data = picture.encoded(".pdf")
    assert data.startswith(b"%PDF")
    assert data.count(b"/Type /Page\n") == 1
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)", data)
    assert float(box[1]) == pytest.approx(picture.size.width() * 0.75, abs=1)
    content = pdf_content(data)
    assert content.count(b" l\n") + content.count(b" c\n") > 3
    assert content.count(b"Tj") + content.count(b"TJ") > 3
    assert b"/Subtype /Image" not in data


def test_the_svg_looks_like_the_png(shown):
    picture = Picture(shown(ReliabilityPanel))
    image = picture.image()
    drawn = QImage(image.size(), QImage.Format.Format_RGB32)
    drawn.fill(Qt.GlobalColor.white)
    painter = QPainter(drawn)
    QSvgRenderer(picture.encoded(".svg")).render(painter, QRectF(drawn.rect()))
    painter.end()
    blue, also = painted(image, LIGHT.accent), painted(drawn, LIGHT.accent)
    assert blue > 500
    assert also == pytest.approx(blue, rel=0.2)


def test_a_picture_of_a_dark_window_is_light_and_the_window_stays_dark(shown):
    panel = shown(ThresholdPanel, Mode.DARK)
    image = Picture(panel).image()
    assert image.pixelColor(2, 2) == QColor(LIGHT.panel)
    assert painted(image, DARK.text) == 0
    assert panel.histogram.tokens is DARK


def test_the_place_of_the_keys_is_not_painted(shown):
    panel = shown(ThresholdPanel)
    before = Picture(panel, NOW).encoded(".png")
    panel.histogram.setFocus()
    assert Picture(panel, NOW).encoded(".png") == before


def test_a_file_is_offered_by_case_panel_and_date_and_its_place_is_told(
    shown, monkeypatch, tmp_path
):
    panel = shown(ReliabilityPanel)
    assert file_name(panel, NOW, ".png") == "credit_7-reliability-2026-03-04.png"
    offered, told = [], []
    panel.context.notify.raised.connect(lambda notice: told.append(notice.text))

    def ask(_parent, _title, name, kinds):
        offered.append(name)
        return str(tmp_path / "mine"), kinds.split(";;")[1]

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    export.save_picture(panel)
    today = f"{datetime.now():%Y-%m-%d}"
    assert offered == [f"/cases/credit_7-reliability-{today}.png"]
    assert (tmp_path / "mine.svg").read_bytes().startswith(b"<?xml")
    assert told == [f"The picture was written to {tmp_path / 'mine.svg'}."]
    export.save_table(panel, panel.as_table())
    assert told[-1] == f"The table was written to {tmp_path / 'mine.csv'}."


def test_a_picture_that_cannot_be_written_is_said(shown, tmp_path):
    panel, told = shown(ReliabilityPanel), []
    panel.context.notify.raised.connect(lambda notice: told.append(notice.text))
    export.write_picture(panel, tmp_path / "none" / "a.png")
    assert "cannot be written" in told[0]


def test_a_copied_picture_is_on_the_clipboard(shown, qapp):
    panel = shown(ReliabilityPanel)
    export.copy_picture(panel)
    copied = qapp.clipboard().image()
    assert copied.width() == Picture(panel).image().width()


@pytest.mark.parametrize("n_rows", [3, 100, 5000])
def test_of_a_long_table_the_rows_in_sight_are_painted_and_the_others_counted(
    qtbot, n_rows
):
    body, model = QWidget(), QStandardItemModel(n_rows, 1)
    for row in range(n_rows):
        model.setItem(row, QStandardItem(f"row {row}"))
    view = QTableView(body)
    view.setModel(model)
    view.resize(200, 200)
    qtbot.addWidget(body)
    body.show()
    view.scrollTo(model.index(n_rows // 2, 0), QTableView.ScrollHint.PositionAtTop)
    (part,) = parts_of(body, ([], []))
    shown = [cells[0][0] for cells in part.rows]
    if n_rows <= 100:
        assert shown == [f"row {row}" for row in range(n_rows)]
    else:
        first, last = view.rowAt(0), view.rowAt(view.viewport().height() - 1)
        assert 2 < last - first < 20
        assert shown == [f"row {row}" for row in range(first, last + 1)]
    assert part.n_rows == n_rows
