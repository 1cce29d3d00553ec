"""The confusion matrix and the most confused pairs."""
