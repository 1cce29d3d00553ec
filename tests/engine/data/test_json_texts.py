"""JSON, an object a line or an array of them; what is odd has its row named."""

from __future__ import annotations

import json

import pytest

from engine.contracts.dataset import Part
from engine.contracts.errors import EngineError
from engine.contracts.messages import sentence
from engine.data import json_texts
from engine.data.dataset import Dataset
from tests.contract.test_readers import same_values
from tests.support.table_files import as_json_lines, columns


@pytest.fixture
def read(tmp_path):
    """Open text as a data set; bytes are written as they are."""

    def opened(content):
        path = tmp_path / "given.json"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return Dataset.open([str(path)])

    return opened


@pytest.fixture
def refused(read):
    def error(content):
        with pytest.raises(EngineError) as caught:
            read(content)
        return caught.value.code, sentence(caught.value.code, caught.value.params)

    return error


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(json_texts, "_BLOCK", 1000)
    monkeypatch.setattr(json_texts, "_OBJECTS", 10)


def cells(data, name):
    return data.parts[Part.EVALUATION].arrow.column(name).to_pylist()


def noted(data):
    return [(note.code, note.params.get("row")) for note in data.info.notes]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("small", [True, False])
def test_an_array_of_objects_is_read(read, request, indent, small):
    if small:
        request.getfixturevalue("small_blocks")
    lines = as_json_lines(columns()).splitlines()
    text = json.dumps([json.loads(line) for line in lines], indent=indent)
    same_values(read(text), columns())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_lines_are_read_in_small_blocks_of_any_encoding(read, small_blocks, encoding):
    same_values(read(as_json_lines(columns()).encode(encoding)), columns())


def test_keys_may_come_late_and_be_missing(read, small_blocks):
    lines = [{"a": i} for i in range(300)] + [{"b": "x", "a": 1.5}]
    data = read("\n".join(map(json.dumps, lines)))
    assert cells(data, "a")[-2:] == [299.0, 1.5]
    assert cells(data, "b") == [None] * 300 + ["x"]
    assert not data.info.notes


@pytest.mark.parametrize("late", [3, 290])
@pytest.mark.parametrize("word", ["oops", True])
def test_a_word_among_numbers_makes_text_and_is_named(read, small_blocks, late, word):
    lines = [{"a": i, "b": 1.50} for i in range(300)]
    lines[late]["a"] = word
    data = read("\n".join(map(json.dumps, lines)))
    assert cells(data, "a")[late - 1] == str(late - 1)
    assert cells(data, "a")[late] == str(word).lower()
    assert noted(data) == [("data.mixed_column", late)]


def test_a_word_among_days_leaves_the_days_as_they_are_written(read, small_blocks):
    lines = [{"day": f"2024-01-{i % 28 + 1:02}"} for i in range(300)]
    lines[200]["day"] = "soon"
    data = read("\n".join(map(json.dumps, lines)))
    assert cells(data, "day")[199:201] == ["2024-01-04", "soon"]


def test_numbers_keep_the_spelling_they_have_among_words(read):
    data = read('{"a": 1.50}\n{"a": "x"}\n{"a": 007}'.replace("007", "7e3"))
    assert cells(data, "a") == ["1.50", "x", "7e3"]


@pytest.mark.parametrize("shape", ["{}\n{}", "[{},{}]"])
def test_whole_numbers_too_long_for_a_number_are_text(read, shape):
    rows = ('{"id": 12345678901234567890}', '{"id": 3}')
    data = read(shape.replace("{}", "%s") % rows)
    assert cells(data, "id") == ["12345678901234567890", "3"]
    assert noted(data) == [("data.long_numbers", 0)]


def test_whole_numbers_that_lose_digits_beside_decimals_are_named(read):
    data = read('{"a": 0.5}\n{"a": 9007199254740993}\n')
    assert cells(data, "a") == [0.5, 9007199254740992.0]
    assert noted(data) == [("data.rounded_numbers", 1)]


def test_long_whole_numbers_alone_are_kept_exactly(read):
    assert cells(read('{"a": 9007199254740993}\n{"a": 1}\n'), "a")[0] == 2**53 + 1


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        ('{"a":1}\n\n{"a":tru}\n', "data.bad_json", "Line 3 of given.json"),
        ('{"a":1}\n[1]\n', "data.bad_json", "Line 2"),
        ('{"a":1}\n{"a":', "data.bad_json", "Line 2"),
        ('[{"a":1},{"a":2},3]', "data.bad_json_object", "Number 3"),
        ('[{"a":1},{"a":2', "data.bad_json_object", "Number 2"),
        ('[{"a":1}', "data.bad_json_object", "Number 2"),
        ('{"a":{"b":1}}\n', "data.no_usable_columns", "No column of"),
        ('[{"a":[1,2]}]', "data.no_usable_columns", "No column of"),
        ("{}\n{}\n", "data.no_columns", "no columns"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(refused, content, code, said):
    found, text = refused(content)
    assert found == code
    assert said in text
    assert "given.json" in text


def test_bytes_of_another_encoding_are_named_with_their_line(refused):
    start = b'{"a": "word"}\n' * 30_000
    code, said = refused(start + b'{"a": "caf\xe9"}\n')
    assert code == "data.wrong_encoding_at"
    assert said == "Line 30,001 of given.json is not written in utf-8."
