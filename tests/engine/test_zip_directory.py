"""A zip archive that is nothing but a list of members is not read."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from engine.contracts.model import Light
from engine.zip_directory import MAX_DIRECTORY, open_zip
from tests.engine.models.safety_cases import examine


def nothing_but_list(size, *, large=False):
    """An archive whose list has so many bytes; ``large`` says so in 64 bits."""
    member = struct.pack(
        "<4s4B4HL2L5H2L", b"PK\x01\x02", 20, 0, 20, 0, *[0] * 7, 1, *[0] * 4, 0, 0
    )
    listed = (member + b"a") * (size // (len(member) + 1))
    n = len(listed) // (len(member) + 1)
    end64 = struct.pack(
        "<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, n, n, len(listed), 0
    ) + struct.pack("<4sLQL", b"PK\x06\x07", 0, len(listed), 1)
    most16, most32 = (0xFFFF, 0xFFFFFFFF) if large else (min(n, 0xFFFF), len(listed))
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, most16, most16, most32, 0, 0)
    return listed + (end64 if large else b"") + end


@pytest.mark.parametrize("large", [False, True])
def test_a_list_beyond_the_limit_is_not_read(large):
    with pytest.raises(zipfile.BadZipFile, match="list of members takes"):
        open_zip(io.BytesIO(nothing_but_list(MAX_DIRECTORY + 1000, large=large)))
    small = nothing_but_list(1000, large=large)
    assert len(open_zip(io.BytesIO(small)).namelist()) == 1000 // 47


def test_an_honest_archive_opens_from_a_path_and_a_file(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "words")
        archive.comment = b"with a comment"
    assert open_zip(path).read("a.txt") == b"words"
    with path.open("rb") as file:
        file.seek(7)  # from wherever it was read to
        assert open_zip(file).read("a.txt") == b"words"


def test_a_model_file_that_is_nothing_but_list_does_not_open(tmp_path):
    report = examine(tmp_path, nothing_but_list(MAX_DIRECTORY + 1000))
    assert report.light in (Light.RED, Light.FORBIDDEN)
