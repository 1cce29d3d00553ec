"""A session that is asked in few words, and what its answers hold."""

from __future__ import annotations

import pandas as pd
import pytest

from engine.contracts import requests as r
from engine.contracts.dataset import Split
from engine.contracts.errors import EngineError
from engine.contracts.progress import SILENT
from engine.contracts.selection import unpack
from engine.session import Session

ALL = Split(column="group", evaluation=("test",), reference=("train",))


class Asker:
    """A session that is asked in few words."""

    def __init__(self, folder) -> None:
        self.session = Session(folder, spare=False)

    def __call__(self, request, progress=SILENT):
        return self.session.answer(request, progress)

    def refused(self, request):
        with pytest.raises(EngineError) as caught:
            self(request)
        return caught.value


def frame_of(small, part="test"):
    frame = pd.read_parquet(small.table)
    return frame[frame.group == part].reset_index(drop=True)


def rows_of(ask, **view):
    info = ask(r.OpenView(**view))
    return ask(r.ReadRows(view=info.view, start=0, stop=10_000, columns=("x1",))).rows


def mask_of(ask, selection, decision=None):
    found = ask(r.Resolve(selection=selection, decision=decision))
    mask = unpack(found.packed, found.n_rows)
    assert mask.sum() == found.n_selected
    return mask
