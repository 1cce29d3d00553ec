"""Which part of a plot's whole range is in sight."""

from __future__ import annotations

from dataclasses import dataclass

LEAST = 1e-3  # share of the whole range that can still be looked at

_SLACK = 1e-9

Ends = tuple[float, float, float, float]


@dataclass(frozen=True)
class Window:
    """Shares of the whole range, from left to right and from bottom to top."""

    left: float = 0.0
    right: float = 1.0
    bottom: float = 0.0
    top: float = 1.0

    @property
    def is_whole(self) -> bool:
        """Whether all of the range is in sight."""
        return self == Window()

    def ends(self, whole: Ends) -> Ends:
        """Return the numbers at the edges: left, right, bottom, top.

        Examples
        --------
        >>> Window(left=0.5).ends((0.0, 10.0, 0.0, 1.0))
        (5.0, 10.0, 0.0, 1.0)
        """
        left, right, bottom, top = whole
        across, up = right - left, top - bottom
        return (
            left + self.left * across,
            right - (1 - self.right) * across,
            bottom + self.bottom * up,
            top - (1 - self.top) * up,
        )

    def zoomed(self, at: tuple[float, float], factors: tuple[float, float]) -> Window:
        """Return a window that is larger by factors about a point.

        Parameters
        ----------
        at
            Shares of this window that keep their place, across and up.
        """
        left, right = _zoomed(self.left, self.right, at[0], factors[0])
        bottom, top = _zoomed(self.bottom, self.top, at[1], factors[1])
        return Window(left, right, bottom, top)

    def panned(self, across: float, up: float) -> Window:
        """Return a window moved by shares of itself, never beyond the range."""
        left, right = _moved(self.left, self.right, across)
        bottom, top = _moved(self.bottom, self.top, up)
        return Window(left, right, bottom, top)

    def part(self, left: float, right: float, bottom: float, top: float) -> Window:
        """Return the part of this window between shares of it."""
        across, up = self.right - self.left, self.top - self.bottom
        found = (
            *_between(self.left + left * across, self.left + right * across),
            *_between(self.bottom + bottom * up, self.bottom + top * up),
        )
        return Window(*found)


def _zoomed(low: float, high: float, at: float, factor: float) -> tuple[float, float]:
    span = max((high - low) * factor, LEAST)
    if span > 1.0 - _SLACK:
        return 0.0, 1.0
    fixed = low + at * (high - low)
    start = min(max(fixed - at * span, 0.0), 1.0 - span)
    return start, start + span


def _moved(low: float, high: float, share: float) -> tuple[float, float]:
    span = high - low
    start = min(max(low + share * span, 0.0), 1.0 - span)
    return start, start + span


def _between(low: float, high: float) -> tuple[float, float]:
    low, high = max(low, 0.0), min(high, 1.0)
    if high - low < LEAST:
        low = min(max((low + high - LEAST) / 2, 0.0), 1.0 - LEAST)
        high = low + LEAST
    return low, high
