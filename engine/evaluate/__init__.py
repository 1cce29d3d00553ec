"""How good the model is: metrics, intervals, tables and curves on predictions.

Modules named after an analysis hold it; ``sample`` chooses the rows, ``intervals``
says how sure a figure is, ``ranking`` orders scores, ``classification`` and
``regression`` compute metrics by scikit-learn's names.
"""
