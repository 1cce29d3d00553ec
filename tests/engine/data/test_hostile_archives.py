"""Workbooks and packed tables that would fill the memory end early, by name."""

from __future__ import annotations

import gzip
import io
import time
import zipfile

import pytest

from engine.contracts.errors import EngineError
from engine.data.dataset import Dataset

_RELATION = (
    "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/"
    "relationships'><Relationship Id='r1' Type='http://schemas.openxmlformats.org/"
    "officeDocument/2006/relationships/{kind}' Target='{target}'/></Relationships>"
)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_BOOK = (
    f"<workbook xmlns='{_MAIN}' xmlns:r='http://schemas.openxmlformats.org/"
    "officeDocument/2006/relationships'><sheets><sheet name='s' sheetId='1' "
    "r:id='r1'/></sheets></workbook>"
)
_TYPES = "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>"
_LAUGHS = "<!DOCTYPE x [<!ENTITY a0 'ha'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10)
)


def workbook(rows, head=""):
    sheet = (
        f"{head}<worksheet xmlns='{_MAIN}'><sheetData>{rows}</sheetData></worksheet>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("[Content_Types].xml", _TYPES)
        target.writestr(
            "_rels/.rels",
            _RELATION.format(kind="officeDocument", target="xl/workbook.xml"),
        )
        target.writestr("xl/workbook.xml", _BOOK)
        target.writestr(
            "xl/_rels/workbook.xml.rels",
            _RELATION.format(kind="worksheet", target="worksheets/sheet1.xml"),
        )
        target.writestr("xl/worksheets/sheet1.xml", sheet)
    return buffer.getvalue()


def cell(place, value):
    return f"<row><c r='{place}' t='inlineStr'><is><t>{value}</t></is></c></row>"


def packed(members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in members:
            target.writestr(name, content)
    return buffer.getvalue()


CASES = {
    "opposite.xlsx": (
        workbook(cell("A1", "a") + cell("XFD1048576", "b")),
        "data.too_many_cells",
    ),
    "bomb.xlsx": (workbook(" " * (300 << 20)), "data.bomb"),
    "bomb.csv.gz": (gzip.compress(b"a\n" + b"1\n" * (150 << 20), 9), "data.bomb"),
    "many.csv.zip": (packed([(f"{n}.csv", "a") for n in range(65_536)]), "zip_members"),
    "archive.csv.zip": (packed([("a.zip", packed([("a.csv", "a\n1")]))]), "data."),
}


@pytest.mark.parametrize("name", sorted(CASES))
def test_it_is_refused_by_name_and_soon(tmp_path, name):
    raw, code = CASES[name]
    (tmp_path / name).write_bytes(raw)
    began = time.process_time()
    with pytest.raises(EngineError) as caught:
        Dataset.open([str(tmp_path / name)])
    assert code in caught.value.code
    assert name in str(caught.value.params)
    assert time.process_time() - began < 10


def test_entities_of_a_workbook_are_not_unfolded(tmp_path):
    path = tmp_path / "laughs.xlsx"
    rows = cell("A1", "name") + cell("A2", "&a9;")
    path.write_bytes(workbook(rows, head=_LAUGHS + "]>"))
    began = time.process_time()
    try:
        found = Dataset.open([str(path)])
        texts = str(found.parts)
    except EngineError as error:
        texts = str(error.params)
    assert "hahaha" not in texts
    assert time.process_time() - began < 10
