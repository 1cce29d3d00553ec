"""Next steps that several areas give about model files."""

from __future__ import annotations

from engine.contracts.i18n import mark

NOTHING = mark("Nothing to do.")
OTHER_FORMAT = mark(
    "Ask its author to save it as ONNX, in the booster's own format, or as skops "
    "with parts of known libraries only: those open without consent."
)
FINDINGS = mark("Look at the list of findings before you agree to anything.")
DISHONEST = mark(
    "Legitimate programs do not do this. Do not open the file unless you know why it "
    "is so."
)
SMALLER = mark("Save the model without what is not needed to predict.")
