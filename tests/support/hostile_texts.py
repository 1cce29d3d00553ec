"""Texts that would do harm where they are taken for more than texts."""

from __future__ import annotations

_SEEDS = [
    "<b>bold</b>", "<img src='file:///etc/passwd'>", "<a href='http://x'>y</a>",
    "<script>1</script>", "<table><tr><td>x</table>", "<!-- gone -->", "&lt;&amp;",
    "<h1>x</h1>\nline two", "a<br>b", "\u202egnp.exe", "\u2066x\u2069",
    "zero\u200bwidth",
    "\ufeffmark", "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1+1",
    "../../etc/passwd", "..\\..\\x", "/etc/passwd", "C:\\x", "\\\\host\\share",
    "NUL", "CON.txt", "COM1", "aux", "a\x00b", "\x1b[31mred", "%s%n", "{0.__class__}",
    "{name}", "$(touch x)", "`id`", "'; DROP TABLE x;--", "x" * 1_000_000, " ", "\n",
    "\u0301\u0301", "\U0001f600", "\u05d0\u05d1", "\ud800", "a&b", "&file",
]  # fmt: skip
_FRAMES = ["{}", "age {}", "{} (2)", "<i>{}</i>", "={}", "{}\n", "../{}"]

TEXTS = [frame.replace("{}", seed) for frame in _FRAMES for seed in _SEEDS]
