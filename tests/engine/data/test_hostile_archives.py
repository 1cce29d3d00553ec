"""Workbooks and packed tables that would fill the memory end early, by name."""

from __future__ import annotations

import gzip
import io
import sys
import zipfile

import pytest

from tests.support.quine_zip import quine
from tests.support.tables_read import tables_read

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux measures")

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


LAUGHS = cell("A1", "name") + cell("A2", "&a9;")
# file → its bytes, the code of the refusal, a word of its sentence
CASES = {
    "opposite.xlsx": (
        workbook(cell("A1", "a") + cell("XFD1048576", "b")),
        "data.too_many_cells", "opposite.xlsx"),
    "bomb.xlsx": (workbook(" " * (300 << 20)), "data.bomb", "bomb.xlsx"),
    "bomb.csv.gz": (
        gzip.compress(b"a\n" + b"1\n" * (150 << 20), 9), "data.bomb", "bomb.csv.gz"),
    "many.csv.zip": (
        packed([(f"{n}.csv", "a") for n in range(65_536)]),
        "data.zip_members", "many.csv.zip"),
    "archive.csv.zip": (
        packed([("a.zip", packed([("a.csv", "a\n1")]))]),
        "data.unknown_inside", "archive.csv.zip"),
    "itself.csv.zip": (
        quine("an_archive_that_holds_it/a.zip"),
        "data.unknown_inside", "itself.csv.zip"),
    "laughs.xlsx": (workbook(LAUGHS, head=_LAUGHS + "]>"),
        "data.damaged", "unrecognized entity"),
}  # fmt: skip


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    for name, (raw, _, _) in CASES.items():
        (folder / name).write_bytes(raw)
    rows, peak = tables_read([folder / name for name in CASES])
    return dict(zip(CASES, rows, strict=True)), peak


@pytest.mark.parametrize("name", CASES)
def test_it_is_refused_by_name_and_soon(ended, name):
    _, code, word = CASES[name]
    row = ended[0][name]
    assert row["code"] == code
    assert word in row["said"]
    assert row["seconds"] < 10


def test_it_takes_little_memory(ended):
    assert ended[1] < 1000 << 20  # of the packed table, as far as it is unpacked
