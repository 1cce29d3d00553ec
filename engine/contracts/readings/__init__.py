"""The one sentence above a panel: pure functions from a result to plain text.

Window, command line and report share them. A sentence says what the figures
support and no more: what cannot be told from chance is called that, and digits
stop where the interval makes them meaningless. Text from files (labels, names)
comes through as it is: escape it before it is shown as rich text.
"""
