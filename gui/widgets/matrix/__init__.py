"""The matrix of counts: axes, layout, painting, and what a click in it selects."""
