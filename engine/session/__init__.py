"""Loaded objects, and one answer for every request."""

from engine.session.session import Session

__all__ = ["Session"]
