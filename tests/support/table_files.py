"""One small table, written in every format that is read."""

from __future__ import annotations

import csv
import datetime
import gzip
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import zstandard

from tests.support.excel_97 import write_old_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

N_ROWS = 240
_DAY = datetime.date(2023, 1, 1)
_EXCEL_DAY = datetime.date(1899, 12, 30)

Columns = dict[str, list[Any]]


def columns(n: int = N_ROWS, start: int = 0) -> Columns:
    """Numbers, text, categories, truth values and dates; each lacks some values."""
    rows = range(start, start + n)

    def lacking(values: Sequence[Any], every: int) -> list[Any]:
        return [
            None if i % every == 3 else v for i, v in zip(rows, values, strict=True)
        ]

    return {
        "amount": lacking([(i * 37 % 1000) / 8 - 20 for i in rows], 11),
        "count": lacking([i * 7 % 97 for i in rows], 13),
        "remark": [f'row {i}: "quoted", so; it|is\tñ — and on' for i in rows],
        "city of birth": lacking([("Lugo", "Cádiz", "León")[i % 3] for i in rows], 7),
        "member": lacking([i % 4 == 0 for i in rows], 9),
        "since": lacking([_DAY + datetime.timedelta(days=i * 3) for i in rows], 17),
    }


def as_arrow(table: Columns) -> pa.Table:
    """Return the table on Arrow; dates are days."""
    return pa.table(table)


def as_delimited(
    table: Columns, separator: str = ",", decimal: str = ".", quote: str = '"'
) -> str:
    """Return the table as text."""

    def cell(value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, float):
            return repr(value).replace(".", decimal)
        return str(value)

    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, quotechar=quote, lineterminator="\n")
    writer.writerow(table)
    writer.writerows(
        [cell(v) for v in row] for row in zip(*table.values(), strict=True)
    )
    return text.getvalue()


def as_json_lines(table: Columns) -> str:
    """Return one object a line; days are written as ISO 8601 has them."""
    rows = zip(*table.values(), strict=True)
    return "".join(
        json.dumps(dict(zip(table, row, strict=True)), default=str) + "\n"
        for row in rows
    )


def write_workbook(path: Path, sheets: dict[str, Columns]) -> None:
    """Write an Office Open XML workbook, the few parts that one needs."""
    space = "http://schemas.openxmlformats.org"
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    main = f"{space}/spreadsheetml/2006/main"
    related = f"{space}/officeDocument/2006/relationships"
    numbers = range(1, len(sheets) + 1)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{space}/package/2006/content-types">'
        '<Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kinds}.styles+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/sheet{i}.xml" '
            f'ContentType="{kinds}.worksheet+xml"/>'
            for i in numbers
        )
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{space}/package/2006/relationships">'
        f'<Relationship Id="r" Type="{related}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{related}"><sheets>'
        + "".join(
            f'<sheet name="{escape(name)}" sheetId="{i}" r:id="s{i}"/>'
            for i, name in zip(numbers, sheets, strict=True)
        )
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": "<Relationships "
        f'xmlns="{space}/package/2006/relationships">'
        + "".join(
            f'<Relationship Id="s{i}" Type="{related}/worksheet" '
            f'Target="worksheets/sheet{i}.xml"/>'
            for i in numbers
        )
        + f'<Relationship Id="t" Type="{related}/styles" Target="styles.xml"/>'
        "</Relationships>",
        # the second style, number format 14, is that of a day
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><cellXfs count="2">'
        '<xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/>'
        "</cellXfs></styleSheet>",
    }
    for i, table in zip(numbers, sheets.values(), strict=True):
        rows = [list(table), *map(list, zip(*table.values(), strict=True))]
        body = "".join(f"<row>{''.join(map(_excel_cell, row))}</row>" for row in rows)
        parts[f"xl/worksheets/sheet{i}.xml"] = (
            f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>'
        )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + text)


def _excel_cell(value: Any) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, datetime.date):
        return f'<c s="1"><v>{(value - _EXCEL_DAY).days}</v></c>'
    if isinstance(value, int | float):
        return f"<c><v>{value!r}</v></c>"
    text = escape(str(value))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def write_open_document(path: Path, table: Columns) -> None:
    """Write an OpenDocument spreadsheet of one sheet."""
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    space = "urn:oasis:names:tc:opendocument:xmlns"
    rows = [list(table), *map(list, zip(*table.values(), strict=True))]
    body = "".join(
        f"<table:table-row>{''.join(map(_open_cell, row))}</table:table-row>"
        for row in rows
    )
    content = (
        f'<office:document-content xmlns:office="{space}:office:1.0" '
        f'xmlns:table="{space}:table:1.0" xmlns:text="{space}:text:1.0" '
        'office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="people">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        f'<manifest:manifest xmlns:manifest="{space}:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" '
        'manifest:media-type="text/xml"/></manifest:manifest>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", kind)  # first and stored, as the format asks
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)


def _open_cell(value: Any) -> str:
    match value:
        case None:
            return "<table:table-cell/>"
        case bool():
            spelled = f'boolean" office:boolean-value="{str(value).lower()}'
        case datetime.date():
            spelled = f'date" office:date-value="{value}'
        case int() | float():
            spelled = f'float" office:value="{value!r}'
        case _:
            spelled = "string"
    text = "" if spelled != "string" else f"<text:p>{escape(str(value))}</text:p>"
    return f'<table:table-cell office:value-type="{spelled}">{text}</table:table-cell>'


def _text(encoding: str = "utf-8", **how: str) -> Callable[[Path, Columns], None]:
    def write(path: Path, table: Columns) -> None:
        path.write_bytes(as_delimited(table, **how).encode(encoding))

    return write


def _gzipped(path: Path, text: str) -> None:
    path.write_bytes(gzip.compress(text.encode()))


def _zipped(path: Path, table: Columns) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside.csv", as_delimited(table))


def _zstd(path: Path, table: Columns) -> None:
    path.write_bytes(zstandard.compress(as_delimited(table).encode()))


def _stream(path: Path, table: Columns) -> None:
    arrow = as_arrow(table)
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, arrow.schema) as w:
        w.write_table(arrow, max_chunksize=50)


def _ipc_file(path: Path, table: Columns) -> None:
    arrow = as_arrow(table)
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, arrow.schema) as w:
        w.write_table(arrow, max_chunksize=50)


def _parquet(path: Path, table: Columns) -> None:
    pq.write_table(as_arrow(table), path, row_group_size=50)


def _feather(path: Path, table: Columns) -> None:
    pyarrow.feather.write_feather(as_arrow(table), str(path), chunksize=50)


def _json_lines(path: Path, table: Columns) -> None:
    path.write_text(as_json_lines(table), encoding="utf-8")


# by suffix; what comes before the first point only tells variants apart
WRITERS: dict[str, Callable[[Path, Columns], None]] = {
    "comma.csv": _text(),
    "semicolon.csv": _text(separator=";", decimal=","),
    "semicolon-points.csv": _text(separator=";"),
    "tab.tsv": _text(separator="\t"),
    "tab-comma.tsv": _text(separator="\t", decimal=","),
    "pipe.txt": _text(separator="|"),
    "bom.csv": _text("utf-8-sig"),
    "wide.csv": _text("utf-16"),
    "unmarked.csv": _text("utf-16-le"),
    "unmarked-big.csv": _text("utf-16-be"),
    "gzip.csv.gz": lambda path, table: _gzipped(path, as_delimited(table)),
    "zip.csv.zip": _zipped,
    "zstd.csv.zst": _zstd,
    "table.parquet": _parquet,
    "table.feather": _feather,
    "file.arrow": _ipc_file,
    "stream.arrows": _stream,
    "book.xlsx": lambda path, table: write_workbook(path, {"people": table}),
    "old.xls": lambda path, table: write_old_workbook(path, {"people": table}),
    "open.ods": write_open_document,
    "lines.jsonl": _json_lines,
    "lines.jsonl.gz": lambda path, table: _gzipped(path, as_json_lines(table)),
}
