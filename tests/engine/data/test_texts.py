"""Delimited text: how it is written is found out, what is odd has its place named."""

from __future__ import annotations

import gzip

import pytest
import zstandard

from engine.contracts.dataset import Kind, Part, ReadOptions
from engine.contracts.errors import EngineError
from engine.contracts.messages import sentence
from engine.data import texts
from engine.data.dataset import Dataset
from tests.contract.test_readers import same_values
from tests.support.table_files import as_delimited, columns


@pytest.fixture
def read(tmp_path):
    """Open text as a data set; bytes are written as they are."""

    def opened(content, **options):
        path = tmp_path / "given.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return Dataset.open([str(path)], options=ReadOptions(**options))

    return opened


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(texts, "_BLOCK", 2000)


def cells(data, name):
    return data.parts[Part.EVALUATION].arrow.column(name).to_pylist()


def used(data):
    return data.info.parts[0].sources[0].options


def noted(data):
    of_columns = [note for column in data.info.columns for note in column.notes]
    return [
        (note.code, note.params.get("row")) for note in (*data.info.notes, *of_columns)
    ]


# how it is written


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_apostrophes_round_whole_cells_are_quotes(read, separator):
    rows = [f"'it is {separator} no. {i}'{separator}{i}" for i in range(50)]
    data = read("\n".join([f"a{separator}b", *rows]))
    assert (used(data).quote, used(data).separator) == ("'", separator)
    assert cells(data, "a")[3] == f"it is {separator} no. 3"


def test_apostrophes_within_words_are_letters(read):
    data = read("a,b\n" + "don't,'tis\nwon't,it's\n" * 30)
    assert used(data).quote == '"'
    assert cells(data, "b")[:2] == ["'tis", "it's"]


@pytest.mark.parametrize("quote", ["'", "~"])
def test_the_sign_for_quotes_may_be_given(read, quote):
    text = as_delimited(columns(), quote=quote)
    data = read(text, quote=quote)
    same_values(data, columns())
    assert used(data).quote == quote


def test_no_sign_for_quotes_takes_them_as_letters(read):
    data = read('a,b\n"x,1\ny",2\n' * 3, quote="", header=True)
    assert cells(data, "a")[:2] == ['"x', 'y"']


def test_a_cell_may_be_long(read):
    long = "word " * 40_000
    data = read(f'a,b\n1,"{long}"\n2,short\n')
    assert cells(data, "b") == [long, "short"]


def test_columns_without_names_are_numbered_in_notes_too(read, small_blocks):
    rows = [f"{i},01{i}" for i in range(1000)]
    rows[900] = "oops,2"
    data = read("\n".join(rows), header=False)
    assert [note.params["column"] for note in data.info.notes] == [
        "column 2",
        "column 1",
    ]


@pytest.mark.parametrize("separator", [";", ",", "\t", "~"])
@pytest.mark.parametrize("place", [None, 5, 900])
def test_a_first_line_may_say_the_separator(read, small_blocks, separator, place):
    rows = [f"{i}{separator}{i / 4}" for i in range(1000)]
    if place is not None:
        rows[place] = f"oops{separator}1"
    data = read("\n".join([f"sep={separator}", f"a{separator}b", *rows]))
    assert data.parts[Part.EVALUATION].names == ("a", "b")
    assert used(data).separator == separator
    assert cells(data, "b")[3] == 0.75
    if place is not None:
        assert noted(data) == [("data.mixed_column", place)]


ALPHABETS = {
    "cp1252": "Müller,Köln\nÑandú,Cádiz\n",
    "cp1250": "Žluťoučký,Plzeň\nDvořák,Děčín\n",
    "cp1251": "Иван,Москва\nМария Петрова,Тула\n",
    "cp1253": "Γιώργος,Αθήνα\n",
    "cp932": "山田太郎,東京\n佐藤花子,大阪\n",
    "gb18030": "张三,北京\n李四,上海\n王小明,广州\n",
}


@pytest.mark.parametrize("encoding", ALPHABETS)
def test_words_of_any_alphabet_are_read(read, encoding):
    text = "name,city\n" + ALPHABETS[encoding] * 20
    data = read(text.encode(encoding))
    assert cells(data, "city")[0] == ALPHABETS[encoding].split("\n")[0].split(",")[1]


# what is missing


@pytest.mark.parametrize("token", ["NA", " NA", "NA ", "  NA   ", "n/a ", " ? ", "   "])
@pytest.mark.parametrize("place", [2, 400])
def test_tokens_are_known_with_blanks_round_them(read, small_blocks, token, place):
    rows = [f"{i},word{i % 7}" for i in range(500)]
    rows[place] = f"{token},{token}"
    data = read("\n".join(["n,w", *rows]))
    assert data.info.column("n").kind is Kind.NUMERIC
    assert cells(data, "n")[place] is None
    assert cells(data, "w")[place] is None
    assert noted(data) == []


def test_tokens_may_be_given(read):
    data = read("n,w\n" + "1,a\n-9,NA\n3,-9\n" * 30, missing_tokens=("", "-9"))
    assert cells(data, "n")[:3] == [1, None, 3]
    assert cells(data, "w")[:3] == ["a", "NA", None]


# numbers


@pytest.mark.parametrize("separator", [",", ";"])
def test_whole_numbers_too_long_for_a_number_are_text(read, separator):
    half = ".5" if separator == "," else ",5"
    rows = [f"{10**19 + i}{separator}{i}{half}" for i in range(40)]
    data = read("\n".join([f"id{separator}n", *rows]))
    assert cells(data, "id")[1] == "10000000000000000001"
    assert data.info.column("n").kind is Kind.NUMERIC
    assert noted(data) == [("data.long_numbers", 0)]
    assert data.info.column("id").kind is Kind.TEXT


def test_whole_numbers_that_lose_digits_beside_decimals_are_named(read):
    data = read("n;m\n1,5;0,5\n9007199254740993;1e300\n")
    assert cells(data, "n") == [1.5, 9007199254740992.0]
    assert cells(data, "m") == [0.5, 1e300]
    assert noted(data) == [("data.rounded_numbers", 1)]


def test_huge_and_infinite_numbers_are_numbers(read):
    data = read("n\n1e308\ninf\n-inf\n1\n")
    column = data.info.column("n")
    assert column.kind is Kind.NUMERIC
    assert (column.low, column.high) == (1.0, 1e308)
    assert noted(data) == [("schema.infinite", None)]


@pytest.mark.parametrize("place", [20, 900])
def test_a_word_among_numbers_is_named_once(read, small_blocks, place):
    rows = [f"{i},x" for i in range(1000)]
    rows[place] = "oops,x"
    data = read("\n".join(["a,b", *rows]))
    assert noted(data).count(("data.mixed_column", place)) == 1
    assert [code for code, _ in noted(data)].count("data.mixed_column") == 1


# encodings


@pytest.mark.parametrize(("given", "n"), [("utf-8", 3), (None, 60_000)])
def test_the_line_that_is_not_in_the_encoding_is_named(read, given, n):
    text = b"a,b\n" + b"word,1\n" * n + b"caf\xe9,1\n"
    with pytest.raises(EngineError) as caught:
        read(text, encoding=given)
    assert caught.value.code == "data.wrong_encoding_at"
    said = sentence(caught.value.code, caught.value.params)
    assert said == f"Line {n + 2:,} of given.csv is not written in utf-8."


@pytest.mark.parametrize("encoding", ["no-such", "hex"])
def test_an_encoding_nobody_knows_is_refused(read, encoding):
    with pytest.raises(EngineError) as caught:
        read("a,b\n1,2\n", encoding=encoding)
    assert caught.value.code == "data.no_such_encoding"


# packed


def test_a_packed_text_in_several_frames_is_read_whole(read):
    text = as_delimited(columns()).encode()
    third = len(text) // 3
    some = [text[:third], text[third : 2 * third], text[2 * third :]]
    same_values(read(b"".join(map(zstandard.compress, some))), columns())
    same_values(read(b"".join(map(gzip.compress, some))), columns())


@pytest.mark.parametrize("pack", [zstandard.compress, gzip.compress])
def test_a_packed_text_cut_short_is_refused(read, pack):
    packed = pack(as_delimited(columns(5000)).encode())
    with pytest.raises(EngineError) as caught:
        read(packed[: len(packed) // 2])
    assert caught.value.code == "data.damaged"


def test_a_bomb_is_refused(read):
    line = b"0," * 500 + b"0\n"
    with pytest.raises(EngineError) as caught:
        read(zstandard.compress(line * 100_000, level=19))
    assert caught.value.code == "data.bomb"
