"""1,234.5 and 12 % are numbers; what may be codes, and what is mixed, stays text."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.contracts.dataset import Kind, Part, ReadOptions
from engine.data import separated_numbers
from engine.data.dataset import Dataset
from tests.support.table_files import write_workbook


def read(*texts, decimal=None, wanted=None):
    column = pa.chunked_array([pa.array(texts, pa.string())])
    found, notes = separated_numbers.read(column, "c", decimal=decimal, wanted=wanted)
    return found.to_pylist(), [note.code for note in notes]


READ = ["schema.separated_numbers"]


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (("1,234.5", "12", None, "-3,000,000.25"), [1234.5, 12, None, -3000000.25]),
        (("1.234,5", "12", None, "-3.000.000,25"), [1234.5, 12, None, -3000000.25]),
        (("1,234", "56,789", "7"), [1234, 56789, 7]),
        (("1 234,5", "12", "3"), [1234.5, 12, 3]),
        (("1\u202f234,5", "1\u00a0000"), [1234.5, 1000]),
        (("1'234.50", "99.00"), [1234.5, 99]),
        (("\u22121,5", "2,25"), [-1.5, 2.25]),
        (("0,5", "0,125", "1.000,5"), [0.5, 0.125, 1000.5]),
        ((" 1,234 ", "5 "), [1234, 5]),
    ],
)
def test_separators_are_read(texts, numbers):
    assert read(*texts) == (numbers, READ)


def test_per_cent_are_shares():
    assert read("12 %", "3.5%", None, "-100 %") == ([0.12, 0.035, None, -1], READ)
    assert read("12,5 %", "1.000 %") == ([0.125, 10], READ)


def test_whole_numbers_stay_whole():
    found, _ = separated_numbers.read(pa.chunked_array([["1,234", "5"]]), "c")
    assert found.type == pa.int64()


@pytest.mark.parametrize(
    "texts",
    [
        ("1,234", "two"),
        ("12", "34.5"),  # digits that somebody stored as text
        ("192.168.100.200", "10.0.0.1"),
        ("1,23", "4.56"),
        ("007,5", "008,5"),
        ("rent", "own"),
        (None, None),
    ],
)
def test_other_texts_are_left_alone(texts):
    assert read(*texts) == (list(texts), [])


def test_the_decimal_sign_of_the_file_settles_what_the_column_does_not_tell():
    assert read("1.234", "12.500", "7", decimal=",")[0] == [1234, 12500, 7]
    assert read("1,234", "12,500", "7", decimal=",")[0] == [1.234, 12.5, 7]
    assert read("1,234", "12,500", "7", decimal=".")[0] == [1234, 12500, 7]


def test_numbers_of_one_length_may_be_codes_and_say_so():
    phones = ("600 123 456", "611 222 333")
    assert read(*phones) == (list(phones), ["schema.separated_codes"])
    assert read(*phones, wanted=True) == ([600123456, 611222333], READ)
    cards = ("12.345.678", "98.765.432")
    assert read(*cards)[1] == ["schema.separated_codes"]


def test_some_per_cent_among_numbers_are_named():
    texts = ("12 %", "0.5", "3 %")
    assert read(*texts) == (list(texts), ["schema.some_percent"])


def test_one_word_among_many_such_numbers_is_named():
    column = pa.chunked_array([["1,234.5"] * 30 + ["oops"]])
    found, (note,) = separated_numbers.read(column, "c")
    assert found.type == pa.string()
    assert (note.code, note.params["row"]) == ("data.mixed_column", 30)
    assert note.params["value"] == "oops"


def test_it_can_be_undone():
    texts = ["1,234.5", "12 %"]
    assert read(*texts, wanted=False) == (texts, [])


@given(st.lists(st.floats(-1e9, 1e9).map(lambda x: round(x, 2)), min_size=1))
@pytest.mark.parametrize(("group", "decimal"), [(",", "."), (".", ","), (" ", ",")])
def test_what_is_written_with_separators_is_read_back(group, decimal, numbers):
    numbers = [*numbers, 1234567.5]
    swap = str.maketrans({",": group, ".": decimal})
    texts = [f"{number:,.2f}".translate(swap) for number in numbers]
    found, codes = read(*texts)
    assert codes == READ
    np.testing.assert_array_equal(found, numbers)


# In files


def opened(path, **options):
    data = Dataset.open([str(path)], options=ReadOptions(**options))
    return data, data.parts[Part.EVALUATION].arrow.column("amount").to_pylist()


def test_a_column_that_begins_with_plain_numbers_is_read_with_one_note(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('amount,b\n950.0,x\n"1,234.5",y\n12.25,z\n')
    data, amounts = opened(path)
    assert amounts == [950, 1234.5, 12.25]
    assert not data.info.notes  # nothing was left as text
    column = data.info.column("amount")
    assert [n.code for n in column.notes] == READ
    assert (column.notes[0].params["value"], column.notes[0].params["number"]) == (
        "1,234.5",
        "1234.5",
    )
    assert column.kind is Kind.NUMERIC
    data, amounts = opened(path, separated=False)
    assert amounts == ["950.0", "1,234.5", "12.25"]
    assert not data.info.column("amount").notes  # as it was asked for


def test_thousands_do_not_pass_for_decimals_in_the_sniffing(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("amount;rate\n1,234;0.5\n56,789;0.25\n")
    assert opened(path)[1] == [1234, 56789]
    path.write_text("amount;rate\n1.234,5;0,5\n56.789,25;0,25\n")
    assert opened(path)[1] == [1234.5, 56789.25]
    path.write_text("amount;share\n1.234;12,5 %\n56.789;3 %\n7;0,1 %\n")
    data, amounts = opened(path)
    assert amounts == [1234, 56789, 7]
    shares = data.parts[Part.EVALUATION].numbers("share")
    np.testing.assert_allclose(shares, [0.125, 0.03, 0.001])


def test_texts_in_a_workbook_are_read(tmp_path):
    path = tmp_path / "a.xlsx"
    write_workbook(path, {"s": {"amount": ["1.234,5", "12,25", "7"], "b": [1, 2, 3]}})
    assert opened(path)[1] == [1234.5, 12.25, 7]
    assert opened(path, separated=False)[1] == ["1.234,5", "12,25", "7"]
