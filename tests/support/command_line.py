"""What the command line says when it refuses."""

from __future__ import annotations


def refused(typed, *arguments):
    """The one line with which a command is refused."""
    code, out, err = typed(*arguments)
    assert code == 2
    assert out == ""
    assert err.count("\n") == 1, err
    assert "Traceback" not in err
    return err
