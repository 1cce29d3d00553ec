"""Frames: what was sent arrives, and nothing else passes for a message."""

from __future__ import annotations

import multiprocessing
import os
import struct

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.contracts import frames
from engine.contracts.events import Event
from engine.contracts.frames import Channel, FrameError, decode, encode
from engine.contracts.host import FromHost, LoadModel, Ready, Scores, ToHost
from engine.contracts.requests import Inspect

DTYPES = ["b1", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"]


class Bag(msgspec.Struct, frozen=True, tag="bag"):
    arrays: dict[str, np.ndarray]
    deeper: tuple[np.ndarray, ...] = ()


def scores(n: int = 3) -> Scores:
    return Scores(scores=np.ones((n, 2)), labels=np.zeros(n, np.int32))


def forge(header: object, body: bytes = b"") -> bytes:
    data = msgspec.msgpack.encode(header)
    return frames._PREFIX.pack(b"TZ01", len(data)) + data + body


def forged_scores(reference: object, body: bytes = bytes(64)) -> bytes:
    labels = ["<i4", [0], 0, ""]
    return forge({"type": "scores", "scores": reference, "labels": labels}, body)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (5,), (2, 3), (0, 4), (1, 2, 3, 4)])
def test_arrays_arrive_as_they_were(dtype, shape):
    sent = np.arange(int(np.prod(shape))).reshape(shape).astype(dtype)
    found = decode(encode(Bag({"a": sent}, (sent, sent))), Bag)
    for array in (found.arrays["a"], *found.deeper):
        assert array.dtype == sent.dtype
        np.testing.assert_array_equal(array, sent)
        assert not array.flags.writeable


@pytest.mark.parametrize("name", ["a" * n for n in range(1, 9)])
def test_arrays_arrive_where_numbers_are_reckoned_with_fast(name):
    found = decode(encode(Bag({name: np.arange(5.0)})), Bag)
    assert found.arrays[name].flags.aligned


def test_big_endian_and_strided_arrays_arrive_by_value():
    sent = np.arange(12, dtype=">i4").reshape(3, 4)[:, ::2]
    np.testing.assert_array_equal(
        decode(encode(Bag({"a": sent})), Bag).arrays["a"], sent
    )


def test_large_arrays_go_through_a_file_that_is_gone_afterwards(tmp_path):
    sent = np.arange(frames.LARGE, dtype=np.float64)
    frame = encode(Bag({"a": sent}), tmp_path)
    assert len(frame) < 1000
    found = decode(frame, Bag, tmp_path)
    np.testing.assert_array_equal(found.arrays["a"], sent)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "value", [object(), {1, 2}.__iter__(), np.array(["a"], object)]
)
def test_what_is_no_plain_value_cannot_be_sent(value):
    with pytest.raises((TypeError, FrameError)):
        decode(encode(Bag({"a": value})), Bag)


@pytest.mark.parametrize(
    "reference",
    [
        ["|O", [1], 0, ""],
        ["<U4", [1], 0, ""],
        ["<M8[s]", [1], 0, ""],
        ["<f8,<f8", [1], 0, ""],
        ["<f8", [-1, 2], 0, ""],
        ["<f8", [-1, -8], 0, ""],
        ["<f8", [9], 0, ""],
        ["<f8", [1], -8, ""],
        ["<f8", [1], 1 << 40, ""],
        ["<f8", [1 << 62], 0, ""],
        ["<f8", [1 << 33, 1 << 33], 0, ""],
        ["<f8", [1] * 5, 0, ""],
        ["<f8", [1.5], 0, ""],
        ["<f8", "1", 0, ""],
        ["<f8", [1], 0, "../../etc/passwd"],
        ["<f8", [1], 0, "/etc/passwd"],
        ["<f8", [1], 0, "0" * 32],
        "an array",
        {"dtype": "<f8"},
        None,
        [],
    ],
)
def test_forged_array_is_no_message(tmp_path, reference):
    with pytest.raises(FrameError):
        decode(forged_scores(reference), FromHost, tmp_path)


def test_file_of_another_size_is_no_array(tmp_path):
    (tmp_path / ("a" * 32)).write_bytes(b"123")
    with pytest.raises(FrameError):
        decode(forged_scores(["<f8", [1], 0, "a" * 32]), FromHost, tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_link_and_pipe_are_no_array_files(tmp_path):
    (tmp_path / "secret").write_bytes(bytes(8))
    (tmp_path / ("b" * 32)).symlink_to(tmp_path / "secret")
    os.mkfifo(tmp_path / ("c" * 32))
    for name in ("b" * 32, "c" * 32):
        with pytest.raises(FrameError):
            decode(forged_scores(["<f8", [1], 0, name]), FromHost, tmp_path)


def test_without_a_folder_no_file_is_looked_for():
    with pytest.raises(FrameError):
        decode(forged_scores(["<f8", [1], 0, "0" * 32]), FromHost)


@pytest.mark.parametrize("kind", [ToHost, FromHost, Event])
@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"TZ",
        b"TZ01\xff\xff\xff\xff",
        b"XX01\x00\x00\x00\x00",
        frames._PREFIX.pack(b"TZ01", 0),
        forge({"type": "format_disk"}),
        forge({"type": "load"}),
        forge({}),
        forge([]),
        forge(7),
        forge({"type": ["scores"]}),
        forge({"type": "ready", "layers": 5}),
        forge({"type": "started", "job": "one"}),
        frames._PREFIX.pack(b"TZ01", 3) + b"\xc1\xc1\xc1",
        frames._PREFIX.pack(b"TZ01", 5000) + b"\x91" * 5000,
        frames._PREFIX.pack(b"TZ01", 5) + b"\xdd\xff\xff\xff\xff",
        frames._PREFIX.pack(b"TZ01", 5) + b"\xdf\xff\xff\xff\xff",
    ],
)
def test_hostile_frame_is_no_message(kind, frame):
    with pytest.raises(FrameError):
        decode(frame, kind)


def test_message_of_the_other_direction_is_refused():
    with pytest.raises(FrameError):
        decode(encode(scores()), ToHost)


def test_every_truncation_is_refused():
    whole = encode(scores())
    for size in range(len(whole)):
        with pytest.raises(FrameError):
            decode(whole[:size], FromHost)


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_any_bytes_are_a_message_or_refused(data):
    for kind in (ToHost, FromHost, Event):
        for frame in (data, frames._PREFIX.pack(b"TZ01", len(data)) + data):
            try:
                decode(frame, kind)
            except FrameError:
                continue


@given(st.data())
@settings(deadline=None)
def test_any_changed_byte_is_a_message_or_refused(data):
    frame = bytearray(encode(scores()))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(frame) - 1))
        frame[place] = data.draw(st.integers(0, 255))
    try:
        found = decode(bytes(frame), FromHost)
    except FrameError:
        return
    assert isinstance(found, FromHost)


@pytest.fixture
def pipe():
    reader, writer = multiprocessing.Pipe(duplex=False)
    yield reader, writer
    reader.close()
    writer.close()


def test_channel_passes_messages(pipe):
    channel = Channel(*pipe, Ready | LoadModel)
    channel.send(Ready(layers=("a",)))
    assert channel.poll(1)
    assert channel.receive() == Ready(layers=("a",))
    assert not channel.poll(0)


def test_channel_refuses_a_longer_frame_before_reading_it(pipe):
    channel = Channel(*pipe, Ready, limit=1000)
    os.write(pipe[1].fileno(), struct.pack("!i", 1001))
    with pytest.raises(FrameError):
        channel.receive()


def test_channel_whose_other_side_is_gone_has_ended(pipe):
    reader, writer = pipe
    channel = Channel(reader, writer, Inspect)
    writer.close()
    with pytest.raises(EOFError):
        channel.receive()
    with pytest.raises((EOFError, OSError)):
        channel.send(Ready(layers=()))
