"""What a model is made of: one module for each family of estimators.

A module has ``part_of(estimator) -> Part`` and raises ``model.no_structure`` for
whatever it cannot say exactly. The engine holds what is exported here against the
model's own answers before it uses it.
"""
