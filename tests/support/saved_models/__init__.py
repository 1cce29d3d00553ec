"""Saved models of every kind, with what their own libraries say of some rows."""
