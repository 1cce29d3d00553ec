"""Whatever is wrong with new data, what was open stays open and answers as before."""

from __future__ import annotations

import pytest

from engine.contracts import requests as r
from engine.contracts.dataset import ColumnChoice, Kind, Part, ReadOptions, Split
from engine.contracts.errors import Cancelled, EngineError
from engine.contracts.messages import sentence
from engine.contracts.model import RecordedScores
from engine.contracts.progress import SILENT
from engine.session import Session
from tests.contract.test_readers import Watched
from tests.support.table_files import WRITERS, columns


class Desk:
    """A session with data, recorded scores and a view open."""

    def __init__(self, folder, table) -> None:
        self.session = Session(folder, spare=False)
        self.ask(r.OpenData(paths=(str(table),)))
        self.ask(r.ConfigureData())
        self.ask(r.UseRecordedScores(scores=RecordedScores(scores=("p_yes",))))
        self.ask(r.Predict(target="outcome"))
        self.view = self.ask(r.OpenView(sort=(("x1", True),))).view
        self.before = self.seen()

    def ask(self, request, progress=SILENT):
        return self.session.answer(request, progress)

    def seen(self):
        """Everything that is on the screen: columns, rows, the summary's numbers."""
        rows = self.ask(r.ReadRows(view=self.view, start=0, stop=50, columns=("x1",)))
        summary = self.ask(r.Run(analysis="summary"))
        return (
            self.session.data.info,
            rows.rows.tolist(),
            {name: metric.value for name, metric in summary.metrics.items()},
        )

    def refuses(self, request):
        with pytest.raises(EngineError) as caught:
            self.ask(request)
        said = sentence(caught.value.code, caught.value.params)
        assert said != caught.value.code
        assert self.seen() == self.before
        return caught.value.code


@pytest.fixture(scope="module")
def desk(small, tmp_path_factory):
    found = Desk(tmp_path_factory.mktemp("scratch"), small.table)
    yield found
    found.session.close()


WRONG = {
    "data.empty_file": b"",
    "data.no_rows": b"a,b\n",
    "data.binary": b"\x00\x01\x02" * 99,
    "data.damaged": b"PAR1" + b"\x15" * 99,
    "data.ragged_rows": b"a,b\n1,2\n3\n4,5\n",
    "data.bad_json": b'{"a":1}\n{"a":',
    "data.pdf": b"%PDF-1.7\n",
    "data.encrypted": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    + "EncryptedPackage".encode("utf-16-le"),
}


@pytest.mark.parametrize("part", [Part.EVALUATION, Part.REFERENCE])
@pytest.mark.parametrize("code", WRONG)
def test_a_wrong_file_changes_nothing(desk, tmp_path, code, part):
    path = tmp_path / "wrong.csv"
    path.write_bytes(WRONG[code])
    assert desk.refuses(r.OpenData(paths=(str(path),), part=part)) == code


@pytest.mark.parametrize("part", [Part.EVALUATION, Part.REFERENCE])
def test_a_file_that_is_not_there_changes_nothing(desk, tmp_path, part):
    missing = (str(tmp_path / "missing.csv"),)
    assert desk.refuses(r.OpenData(paths=missing, part=part)) == "data.no_file"


def test_wrong_reading_options_change_nothing(desk, tmp_path):
    path = tmp_path / "text.csv"
    path.write_bytes("a,b\né,1\n".encode("cp1252"))
    options = ReadOptions(encoding="utf-8")
    request = r.OpenData(paths=(str(path),), options=options)
    assert desk.refuses(request) == "data.wrong_encoding_at"


def test_a_part_of_other_columns_changes_nothing(desk, tmp_path):
    path = tmp_path / "other.csv"
    WRITERS["comma.csv"](path, columns())
    request = r.OpenData(paths=(str(path),), part=Part.REFERENCE)
    assert desk.refuses(request) == "data.other_columns"


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (r.ConfigureData(choices={"no": ColumnChoice()}), "data.no_such_column"),
        (
            r.ConfigureData(choices={"group": ColumnChoice(kind=Kind.NUMERIC)}),
            "data.not_that_kind",
        ),
        (
            r.ConfigureData(split=Split(column="group", evaluation=("no",))),
            "data.no_such_value",
        ),
        (
            r.ConfigureData(split=Split(column="group", reference=("train",))),
            "data.empty_evaluation",
        ),
    ],
)
def test_choices_that_cannot_be_change_nothing(desk, request_, code):
    assert desk.refuses(request_) == code


@pytest.mark.parametrize("reports", [0, 1, 2])
@pytest.mark.parametrize("name", ["comma.csv", "table.parquet", "book.xlsx"])
def test_a_cancelled_opening_changes_nothing(desk, tmp_path, name, reports):
    path = tmp_path / name
    WRITERS[name](path, columns())
    with pytest.raises(Cancelled):
        desk.ask(r.OpenData(paths=(str(path),)), Watched(cancel_at=reports))
    assert desk.seen() == desk.before
