"""Workbooks that would fill the memory, or never end, are refused before they do."""

from __future__ import annotations

import re
import struct
import zipfile

import pytest

from engine.contracts.dataset import Part
from engine.contracts.errors import EngineError
from engine.contracts.progress import Silent
from engine.data import compound_files, sheet_extents
from engine.data.dataset import Dataset
from tests.support.excel_97 import write_old_workbook
from tests.support.table_files import columns, write_workbook

SHEET = "xl/worksheets/sheet1.xml"


def with_cells(path, rows):
    """Write a workbook whose sheet holds these rows, as XML."""
    write_workbook(path, {"s": {"a": [1]}})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    parts[SHEET] = re.sub(
        "<sheetData>.*</sheetData>", f"<sheetData>{rows}</sheetData>", parts[SHEET]
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)


def refused(path):
    with pytest.raises(EngineError) as caught:
        Dataset.open([str(path)])
    return caught.value


def test_two_cells_in_opposite_corners_are_refused_before_they_fill_the_memory(
    tmp_path,
):
    path = tmp_path / "vast.xlsx"
    with_cells(
        path,
        '<row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
    )
    error = refused(path)
    assert error.code == "data.too_many_cells"
    assert (error.params["rows"], error.params["columns"]) == (1_048_576, 16_384)


def test_the_extent_is_that_of_the_cells_across_blocks(tmp_path, monkeypatch):
    monkeypatch.setattr(sheet_extents, "_BLOCK", 16)
    path = tmp_path / "small.xlsx"
    with_cells(path, '<row r="7"><c r="AB7"><v>1</v></c><c r="C7"><v>1</v></c></row>')
    assert sheet_extents.of_zip(path, lambda: None) == (7, 28)


def test_the_extent_of_an_old_workbook_is_that_of_its_cells(tmp_path):
    path = tmp_path / "old.xls"
    write_old_workbook(path, {"a": {"x": [1] * 90}, "b": {"x": [1], "y": [2]}})
    assert sheet_extents.of_excel_97(*compound_files.workbooks(path)) == (91, 1)


def test_room_is_made_for_no_more_cells_than_there_can_be(tmp_path):
    path = tmp_path / "old.xls"
    write_old_workbook(path, {"people": columns(20)})
    content = bytearray(path.read_bytes())
    at = content.index(b"\x00\x02\x0e\x00", 512)  # how far the sheet says it goes
    struct.pack_into("<I", content, at + 8, 0xFFFFFF00)
    path.write_bytes(content)
    assert refused(path).code == "data.too_many_cells"


@pytest.mark.parametrize("claim", [(32, 31, 0, 6), (0, 31, 9, 6), (7, 1, 9, 1)])
def test_a_sheet_that_ends_before_it_begins_is_damage(tmp_path, claim):
    """The library computes the room it makes from the difference."""
    path = tmp_path / "old.xls"
    write_old_workbook(path, {"people": columns(20)})
    content = bytearray(path.read_bytes())
    at = content.index(b"\x00\x02\x0e\x00", 512)
    struct.pack_into("<IIHH", content, at + 4, *claim)
    path.write_bytes(content)
    error = refused(path)
    assert error.code == "data.damaged"
    assert "ends before it begins" in error.params["why"]


def among_the_small(tmp_path, *, name=b"Workbook", kind=2):
    """A workbook of less than 4 KiB, which lies in pieces of 64 bytes."""

    def record(kind, *content):
        raw = b"".join(content)
        return struct.pack("<HH", kind, len(raw)) + raw

    begins = struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 6)
    texts = record(0x809, begins) + record(0x0A)
    start = len(texts) + 13
    texts = texts[:-4] + record(0x85, struct.pack("<IHBB", start, 0, 1, 0), b"s")
    stream = texts + record(0x0A)
    stream += record(0x809, begins[:2] + b"\x10" + begins[3:])
    stream += record(0x200, struct.pack("<IIHHH", 32, 31, 0, 6, 0)) + record(0x0A)
    pieces = -(-len(stream) // 64)

    def entry(name, kind, start, size, child=-1):
        text = name.decode().encode("utf-16-le")
        head = text.ljust(64, b"\0") + struct.pack("<HBB", len(text) + 2, kind, 1)
        return (head + struct.pack("<iii", -1, -1, child)).ljust(116, b"\0") + (
            struct.pack("<III", start, size, 0)
        )

    folder = entry(b"Root Entry", 5, 3, 64 * pieces, child=1)
    folder += entry(name, kind, 0, len(stream))
    end, free, table = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    chains = [table, end, end, end] + [free] * 124
    small = [*range(1, pieces), end] + [free] * (128 - pieces)
    head = bytes.fromhex("d0cf11e0a1b11ae1").ljust(24, b"\0")
    head += struct.pack("<HHHHH6xIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096,
                        2, 1, end, 0, 0)  # fmt: skip
    content = head + struct.pack("<108I", *[free] * 108)
    content += struct.pack("<128I", *chains) + folder.ljust(512, b"\0")
    content += struct.pack("<128I", *small) + stream.ljust(512, b"\0")
    path = tmp_path / "small.xls"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("name", "kind"), [(b"Workbook", 2), (b"Book", 2), (b"Book", 0)]
)
def test_a_workbook_among_the_small_streams_is_looked_at_too(tmp_path, name, kind):
    path = among_the_small(tmp_path, name=name, kind=kind)
    assert len(compound_files.workbooks(path)) == 1
    assert "ends before it begins" in refused(path).params["why"]


def test_room_is_made_for_no_more_texts_than_there_can_be():
    def record(n):
        return struct.pack("<HHII", 0x00FC, 8, n, n)

    assert sheet_extents.of_excel_97(record(9)) == (0, 0)
    with pytest.raises(ValueError, match="contradicts itself"):
        sheet_extents.of_excel_97(record(0x7FFFFFFF))


@pytest.mark.parametrize("place", ["workbook", "folder"])
@pytest.mark.timeout(30)
def test_a_chain_of_sectors_without_an_end_is_refused(tmp_path, place):
    path = tmp_path / "old.xls"
    write_old_workbook(path, {"people": columns()})
    content = bytearray(path.read_bytes())
    (table,) = struct.unpack_from("<I", content, 76)
    (folder,) = struct.unpack_from("<I", content, 48)
    at = (table + 1) * 512
    if place == "workbook":
        (chain,) = struct.unpack_from("<I", content, (folder + 1) * 512 + 128 + 116)
    else:
        chain = folder
    struct.pack_into("<I", content, at + 4 * chain, chain)
    path.write_bytes(content)
    error = refused(path)
    assert error.code == "data.damaged"
    assert "leads back into itself" in str(error.params["why"])


def test_the_scan_can_be_cancelled(tmp_path):
    class StopError(Exception):
        pass

    class Stopped(Silent):
        def raise_if_cancelled(self):
            raise StopError

    path = tmp_path / "book.xlsx"
    write_workbook(path, {"s": columns()})
    with pytest.raises(StopError):
        sheet_extents.of_zip(path, Stopped().raise_if_cancelled)


def test_an_old_workbook_cut_anywhere_is_whole_or_damaged_and_writes_nothing(
    tmp_path, capfd
):
    path = tmp_path / "old.xls"
    write_old_workbook(path, {"people": columns(20)})
    sound = path.read_bytes()
    whole = Dataset.open([str(path)]).parts[Part.EVALUATION].arrow
    why = set()
    for end in range(600, len(sound), 100):
        path.write_bytes(sound[:end])
        try:
            assert Dataset.open([str(path)]).parts[Part.EVALUATION].arrow == whole
        except EngineError as error:
            why.add((error.code, error.params["why"]))
    assert {code for code, _ in why} == {"data.damaged"}
    assert len(why) > 1
    assert capfd.readouterr().err == ""


def test_a_panic_of_the_library_is_damage_and_writes_nothing(
    tmp_path, capfd, monkeypatch
):
    monkeypatch.setattr(compound_files, "workbooks", lambda _: [])
    path = tmp_path / "old.xls"
    write_old_workbook(path, {"people": columns(20)})
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, 48, 5_000)  # a folder beyond the end
    path.write_bytes(content)
    error = refused(path)
    assert error.code == "data.damaged"
    assert capfd.readouterr().err == ""
