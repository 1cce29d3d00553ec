"""What a file is, by what is in it: the one place that knows, for data and models.

Nothing is opened by a library of its format, unpacked further than its first bytes,
or run; the name of a file is never looked at.
"""

from __future__ import annotations

import bz2
import lzma
import re
import zipfile
import zlib
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING

from engine.format_versions import version_of
from engine.zip_directory import open_zip

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = 256 << 10
_PICKLES = ("pickle", "torch_legacy")
_INNER = 64 << 10
_ONNX_WIRE = {1: 0, 5: 0} | dict.fromkeys((2, 3, 4, 6, 7, 8, 14, 20, 25, 26), 2)


@dataclass(frozen=True, kw_only=True)
class Format:
    """What a file is.

    Attributes
    ----------
    name
        Of data: ``parquet``, ``arrow``, ``arrow stream``, ``excel``, ``text``. Packed:
        ``gzip``, ``bz2``, ``xz``, ``lzma``, ``zlib``, ``lz4``, ``zstd``, ``zip``. Of
        models: ``skops``, ``pickle``, ``onnx``, ``xgboost_json`` … Anything else is
        named by :attr:`program`; ``unknown`` if nothing is known of it.
    family
        ``data``, ``packed``, ``model``, ``case``, or ``other`` for what is not read.
    program
        Who writes such files, with the version where the file tells it.
    inside
        What a packed file holds, by its first bytes.
    cut
        Whether its end, which such files need, is missing.
    """

    name: str
    family: str
    program: str = ""
    inside: Format | None = None
    cut: bool = False

    @property
    def model(self) -> str:
        """What a model's format is called; empty if the file is none."""
        if self.family == "model":
            return self.program or self.name.partition("_")[0]
        packed = self.inside is not None and self.inside.name in _PICKLES
        return "joblib" if packed else ""


def _data(name: str) -> Format:
    return Format(name=name, family="data")


def _packed(name: str) -> Format:
    return Format(name=name, family="packed")


def _model(name: str, program: str = "") -> Format:
    return Format(name=name, family="model", program=program)


def _other(name: str, program: str = "") -> Format:
    return Format(name=name, family="other", program=program)


_UNKNOWN = _other("unknown")
_SAS = bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")
# what files begin with, the longer ones first where one begins another
_BEGINNINGS: tuple[tuple[bytes, Format], ...] = (
    (b"PAR1", _data("parquet")),
    (b"PARE", _other("parquet_encrypted", "Parquet (encrypted)")),
    (b"ARROW1", _data("arrow")),
    (b"FEA1", _other("feather_1", "Feather 1")),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _data("excel")),
    (b"\x1f\x8b", _packed("gzip")),
    (b"BZh", _packed("bz2")),
    (b"\xfd7zXZ\x00", _packed("xz")),
    (b"\x5d\x00\x00", _packed("lzma")),
    (b"\x28\xb5\x2f\xfd", _packed("zstd")),
    (b"\x04\x22\x4d\x18", _packed("lz4")),
    (b"%PDF-", _other("pdf", "PDF")),
    (b"\x89PNG", _other("image", "PNG")),
    (b"\xff\xd8\xff", _other("image", "JPEG")),
    (b"GIF8", _other("image", "GIF")),
    (b"II*\x00", _other("image", "TIFF")),
    (b"MM\x00*", _other("image", "TIFF")),
    (b"\x89HDF\r\n\x1a\n", _other("hdf5", "HDF5")),
    (b"<stata_dta>", _other("stata", "Stata")),
    (b"$FL2", _other("spss", "SPSS")),
    (b"$FL3", _other("spss", "SPSS")),
    (b"ASCII SPSS PORT FILE", _other("spss", "SPSS")),
    (_SAS, _other("sas", "SAS")),
    (b"HEADER RECORD*******LIBRARY HEADER RECORD", _other("sas", "SAS")),
    (b"HEADER RECORD*******LIBV8", _other("sas", "SAS")),
    (b"**COMPRESSED** **COMPRESSED**", _other("sas", "SAS")),
    (b"\x93NUMPY", _other("npy", "NumPy")),
    (b"MATLAB ", _other("matlab", "MATLAB")),
    (b"Obj\x01", _other("avro", "Avro")),
    (b"ORC", _other("orc", "ORC")),
    (b"7z\xbc\xaf\x27\x1c", _other("archive", "7-Zip")),
    (b"Rar!\x1a\x07", _other("archive", "RAR")),
    (b"MSCF\x00\x00\x00\x00", _other("archive", "Cabinet")),
    (b"{\\rtf", _other("document", "Word")),
    (b"\x00\x01\x00\x00Standard Jet DB", _other("database", "Access")),
    (b"\x00\x01\x00\x00Standard ACE DB", _other("database", "Access")),
    (b"\x7fELF", _other("program", "Linux")),
    (b"\xac\xed\x00\x05", _model("java", "Java")),
    (b"GGUF", _model("gguf", "GGUF")),
    (b"CBM1", _model("catboost")),
    (b"ZF", _model("joblib_old")),
    (b"binf", _model("xgboost_binary")),
    (b"bs64", _model("xgboost_binary")),
    (b"{L\x00\x00\x00\x00", _model("xgboost_ubj")),
    (b"tree\n", _model("lightgbm")),
    (b"tree\r\n", _model("lightgbm")),
)
_R = re.compile(
    rb"RD[AX][23]\n|X\n\x00\x00\x00[\x02\x03]|A\n[23]\n\d|B\n[\x02\x03]\x00"
)
_UBJ = re.compile(rb"\{\$?[LiUIl].{0,8}?(learner|version|Config)", re.DOTALL)
_JSON_MODELS = (
    (re.compile(rb'"learner"\s*:\s*\{'), _model("xgboost_json")),
    (re.compile(rb'^\{\s*"version"\s*:\s*\[\s*\d+\s*,\s*\d+\s*,\s*\d+\s*\]'),
     _model("xgboost_json")),
    (re.compile(rb'"oblivious_trees"\s*:|"model_info"\s*:\s*\{'),
     _model("catboost_json", "CatBoost")),
    (re.compile(rb'"tree_info"\s*:\s*\['), _model("lightgbm_json", "LightGBM")),
    (re.compile(rb'"class_name"\s*:\s*"(Sequential|Functional|Model)"'),
     _model("keras_json", "Keras")),
    (re.compile(rb'"nbformat"\s*:'), _other("notebook", "Jupyter")),
)  # fmt: skip
_XGBOOST_NAMES = re.compile(rb"(\x06|\x08|\x04)\x00{7}(gbtree|gblinear|dart)")
# pickles of the protocols 0 and 1 are text: a table may begin with "cc_num" as well
_GLOBALS = re.compile(
    rb"[()]*c(__builtin__|builtins|copy_reg|copyreg|collections|(sklearn|numpy|joblib|"
    rb"xgboost|lightgbm|catboost|pandas|scipy)[\w.]*)\n\w"
)
_CONTAINER = re.compile(rb"\([dl]p\d+\n|\(i[\w.]+\n\w+\n")
_TORCH = b"\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"
_PAGES = (b"<!doctype html", b"<html", b"<head", b"<body")


def of(file: IO[bytes]) -> Format:
    """Return what an open file is; it is left at no particular place."""
    file.seek(0, 2)
    size = file.tell()
    file.seek(0)
    head = file.read(HEAD)
    found = _of_start(head, size, file)
    return _dated(found, head)


def _dated(found: Format, head: bytes) -> Format:
    """Return a format with the version of its program."""
    version = version_of(found.name, head) if found.program else ""
    return replace(found, program=f"{found.program} {version}") if version else found


def of_bytes(head: bytes) -> Format:
    """Return what begins with these bytes, as a packed file may."""
    return _dated(_of_start(head, len(head), None), head)


def _of_start(head: bytes, size: int, file: IO[bytes] | None) -> Format:
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _archive(head, file)
    if head.startswith(b"SQLite format 3\x00"):
        if head[68:72] == b"TRZ1":
            return Format(name="trasluz", family="case")
        return _other("database", "SQLite")
    for beginning, found in _BEGINNINGS:
        if head.startswith(beginning):
            if found.name == "excel" and (program := _of_office(head)):
                return _other("document", program)
            return _within(found, head) if found.family == "packed" else found
    return _by_structure(head, size, file)


def _of_office(head: bytes) -> str:
    """Return which other program keeps documents in compound files, as Excel did."""
    for name, program in (
        ("WordDocument", "Word"),
        ("PowerPoint Document", "PowerPoint"),
        ("__properties_version1.0", "Outlook"),
    ):
        if name.encode("utf-16-le") in head:
            return program
    return ""


def _by_structure(head: bytes, size: int, file: IO[bytes] | None) -> Format:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] == b"{" and (found := _json(start)) is not None:
        return found
    if head[:1] == b"{" and _UBJ.match(head[:64]):
        return _model("xgboost_ubj")
    if head[:1] == b"\x80" and head[1:2] <= b"\x05":
        return _model("torch_legacy" if _TORCH in head[:40] else "pickle")
    if _R.match(head):
        return _other("r", "R")
    if start[:1] == b"<" and (found := _markup(start)) is not None:
        return found
    for place, mark, found in (
        (257, b"ustar", _other("archive", "tar")),
        (4, b"TFL3", _model("tflite", "TensorFlow Lite")),
        (8, b"DUCK", _other("database", "DuckDB")),
        (8, b"WEBP", _other("image", "WebP")),
        (512, b"\x89HDF\r\n\x1a\n", _other("hdf5", "HDF5")),
    ):
        if head[place : place + len(mark)] == mark:
            return found
    if head[:4] == b"\xff\xff\xff\xff" and int.from_bytes(head[4:8], "little") > 0:
        return _data("arrow stream")
    if re.match(rb"[lqrs][\x01\x02]\x01\x00", head):
        return _other("stata", "Stata")
    if b"%PDF-" in head[:1024] and b"\n%" in head and b" obj" in head:
        return _other("pdf", "PDF")  # its readers allow a few bytes before
    return _of_numbers(head, size, file)


def _of_numbers(head: bytes, size: int, file: IO[bytes] | None) -> Format:
    length = int.from_bytes(head[:8], "little")
    if head[8:9] == b"{" and length < 1 << 27 and (file is None or length + 8 <= size):
        return _model("safetensors")
    if _XGBOOST_NAMES.search(head[:512]):
        return _model("xgboost_binary")
    if (found := _protocol_buffer(head, size, file)) is not None:
        return found
    if len(head) > 1 and head[0] == 0x78 and int.from_bytes(head[:2], "big") % 31 == 0:
        found = _within(_packed("zlib"), head)
        if found.inside is not None:
            return found
    if _GLOBALS.match(head) or _CONTAINER.match(head):
        return _model("pickle")
    return _data("text") if _is_text(head) else _UNKNOWN


def _json(start: bytes) -> Format | None:
    for shape, found in _JSON_MODELS:
        if shape.search(start[:_INNER]):
            return found
    return None


def _markup(start: bytes) -> Format | None:
    text = start[:1024].lower()
    if text.startswith(_PAGES):
        return _other("web_page")
    if b"<pmml" in text:
        return _model("pmml", "PMML")
    if text.startswith(b"<?xml"):
        return _other("web_page" if b"<html" in text else "xml")
    return None


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    odd = sum(head.count(bytes([b])) for b in range(32) if b not in b"\t\n\f\r")
    return bool(head) and 10 * odd <= len(head)


# packed files


def _within(found: Format, head: bytes) -> Format:
    """Return a packed file with what it holds, as far as its start can be read."""
    try:
        start = unpacked(found.name, head)
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError):
        return found
    return replace(found, inside=of_bytes(start)) if start else found


def unpacked(name: str, head: bytes) -> bytes:
    """Return what the first bytes of a packed file hold; its library may raise."""
    match name:
        case "gzip":
            return zlib.decompressobj(wbits=31).decompress(head, _INNER)
        case "zlib":
            return zlib.decompressobj().decompress(head, _INNER)
        case "bz2":
            return bz2.BZ2Decompressor().decompress(head, _INNER)
        case "xz":
            unpacker = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=512 << 20)
            return unpacker.decompress(head, _INNER)
        case "lzma":
            unpacker = lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=512 << 20)
            return unpacker.decompress(head, _INNER)
    return b""


# archives

_LOCAL = re.compile(rb"PK\x03\x04.{22}(..)..", re.DOTALL)


def _archive(head: bytes, file: IO[bytes] | None) -> Format:
    names, cut = _members(head, file)
    inner = {name.partition("/")[2] for name in names}
    if "schema.json" in names:
        found = _model("skops")
    elif ".data/extern_modules" in inner:
        found = _model("torch_package")
    elif {"config.json", "metadata.json"} <= names:
        found = _model("keras")
    elif "constants.pkl" in inner or any(name.startswith("code/") for name in inner):
        found = _model("torchscript")
    elif "archive_format" in inner or any(n.startswith("models/") for n in inner):
        found = _model("pt2")
    elif "data.pkl" in inner or "data.pkl" in names:
        found = _model("torch_zip")
    elif "model.ini" in names:
        found = _model("mojo", "H2O")
    elif any(name.startswith("xl/") for name in names) or (
        b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet" in head[:200]
    ):
        found = _data("excel")
    elif any(name.startswith("word/") for name in names):
        found = _other("document", "Word")
    elif any(name.startswith("ppt/") for name in names):
        found = _other("document", "PowerPoint")
    elif b"mimetypeapplication/vnd.oasis.opendocument." in head[:200]:
        found = _other("document", "OpenDocument")
    elif names and all(name.endswith(".npy") for name in names):
        found = _other("npz", "NumPy")
    elif "META-INF/MANIFEST.MF" in names:
        found = _model("java", "Java")
    else:
        found = _packed("zip")
    return replace(found, cut=cut)


def _members(head: bytes, file: IO[bytes] | None) -> tuple[set[str], bool]:
    """Return names of members, and whether the list of them at the end is missing."""
    if file is not None:
        try:
            with open_zip(file) as archive:
                names = archive.namelist()
            return set(names), False
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            pass
    return set(_named_ahead(head)), True


def _named_ahead(head: bytes) -> Iterator[str]:
    for found in _LOCAL.finditer(head):
        length = int.from_bytes(found[1], "little")
        yield head[found.end() : found.end() + length].decode("utf-8", "replace")


# protocol buffers


def _protocol_buffer(head: bytes, size: int, file: IO[bytes] | None) -> Format | None:
    """Walk the outermost fields; a model of ONNX has a graph (7) among them."""
    if head[:1] != b"\x08" or len(head) < 4:
        return None
    position, steps, fields = 0, 0, set()
    while position < size:
        chunk = head[position : position + 24]
        if len(chunk) < 24 and file is not None:
            file.seek(position)
            chunk = file.read(24)
        tag, used = _varint(chunk, 0)
        value, after = _varint(chunk, used)
        number, wire = tag >> 3, tag & 7
        steps += 1
        if not after or _ONNX_WIRE.get(number) != wire or steps > 10_000:
            return None
        fields.add(number)
        position += after + (value if wire == 2 else 0)
    if fields == {1, 2} and head[1] == 1 and head[2:3] == b"\x12":
        return _model("saved_model", "TensorFlow")
    if len(fields) < 2:
        return None
    return replace(_model("onnx"), cut=7 not in fields or position != size)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a variable-length integer and the place behind it (0: there is none)."""
    value = 0
    for n in range(10):
        if at + n >= len(data):
            return 0, 0
        byte = data[at + n]
        value |= (byte & 0x7F) << (7 * n)
        if byte < 0x80:
            return value, at + n + 1
    return 0, 0
