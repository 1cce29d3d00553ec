"""What is no table is called by its name, whatever the file is called."""

from __future__ import annotations

import io
import zipfile

import pytest

from engine.contracts.errors import EngineError
from engine.contracts.messages import next_step, sentence
from engine.data.dataset import Dataset
from engine.data.recognise import recognise

PDF = (
    b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    b"2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n"
    b"xref\n0 3\ntrailer\n<< /Size 3 /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"
)


def archive(*names):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for name in names:
            file.writestr(name, "<x/>")
    return content.getvalue()


NOT_TABLES = {
    "a PDF document": PDF,
    "a PDF document after a few bytes": b"\n\n" + PDF,
    "an image": b"\x89PNG\r\n\x1a\n" + bytes(99),
    "an image of a camera": b"\xff\xd8\xff\xe0" + bytes(99),
    "a web page": b"<!DOCTYPE html>\n<html><body>Sign in</body></html>",
    "a web page in capitals": b"\xef\xbb\xbf  <HTML><BODY>404</BODY></HTML>",
    "a web page of XML": b'<?xml version="1.0"?><html xmlns="x"></html>',
    "an XML document": b'<?xml version="1.0"?>\n<rows><row a="1"/></rows>',
    "a file of SQLite": b"SQLite format 3\x00" + bytes(99),
    "a file of HDF5": b"\x89HDF\r\n\x1a\n" + bytes(99),
    "a file of Stata": b"<stata_dta><header><release>118</release>",
    "a file of SPSS": b"$FL2@(#) SPSS DATA FILE",
    "a file of NumPy": b"\x93NUMPY\x01\x00" + bytes(99),
    "a file of Word": archive("[Content_Types].xml", "word/document.xml"),
    "a file of Word as text": b"{\\rtf1\\ansi hello}",
    "a file of PowerPoint": archive("[Content_Types].xml", "ppt/presentation.xml"),
    "a file of 7-Zip": b"7z\xbc\xaf\x27\x1c" + bytes(99),
}


@pytest.mark.parametrize("what", NOT_TABLES)
def test_what_is_no_table_is_called_by_its_name(tmp_path, what):
    path = tmp_path / "table.csv"
    path.write_bytes(NOT_TABLES[what])
    with pytest.raises(EngineError) as caught:
        Dataset.open([str(path)])
    said = sentence(caught.value.code, caught.value.params)
    assert said.startswith(f"table.csv is {' '.join(what.split()[:2])}")
    if what.startswith("a file of"):
        assert what.split()[3] in said
    assert next_step(caught.value.code)
    found = recognise((str(path),)).files[0]
    assert found.what == "none"


def test_a_table_about_such_files_is_a_table(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("kind,start\n" + "pdf,%PDF-\nimage,GIF8\n" * 3)
    assert Dataset.open([str(path)]).info.columns[1].name == "start"
