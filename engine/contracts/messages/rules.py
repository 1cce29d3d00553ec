"""Sentences about rules that are typed, and the rows they take."""

from __future__ import annotations

from engine.contracts.i18n import mark

MESSAGES: dict[str, tuple[str, str]] = {
    "rule.syntax": (
        mark("At character {position}: {expected} is expected, not {found}."),
        mark("An example: age < 25 and housing = rent."),
    ),
    "rule.date_expected": (
        mark("{column} holds dates: a date is expected, like {example}, not {found}."),
        mark("A month is written 2024-02, a time 2024-02-01T13:30."),
    ),
    "rule.number_expected": (
        mark(
            "{column} holds numbers: a number like {example} is expected, not {found}."
        ),
        "",
    ),
    "rule.no_order": (
        mark("{column} holds labels, which are not compared with {found}."),
        mark("Use = or in, for example: {example}."),
    ),
    "rule.date_form": (
        mark("{found} is not written as rules write dates."),
        mark("Write year, month and day: 2024-02-01, 2024-02 or 2024-02-01T13:30."),
    ),
    "rule.no_such_date": (
        mark("There is no date {found}."),
        mark("Dates are written 2024-02-01, 2024-02 or 2024-02-01T13:30."),
    ),
    "rule.no_zone": (
        mark("{column} has no time zone, so {found} cannot be compared with it."),
        mark("Leave the offset out."),
    ),
    "rule.unknown_zone": (
        mark("The time zone {zone} of {column} is not known on this computer."),
        mark("Write the dates of the rule with an offset, like 2024-02-01T13:30Z."),
    ),
    "rows.no_such_column": (
        mark("There is no column called {column}."),
        mark("Check the spelling; names with blanks stand in quotes."),
    ),
    "rows.no_such_bucket": (mark("There is no saved group called {name}."), ""),
    "rows.endless": (
        mark("The rule is circular: a saved group is defined by itself."),
        mark("Change one of the saved groups it names."),
    ),
    "rows.wrong_kind": (
        mark("{column} cannot be compared in this way."),
        mark("Use = or in for labels, and <, > or between for numbers."),
    ),
    "rows.date_expected": (
        mark("{column} holds dates: a date is expected, like {example}, not {found}."),
        mark("A month is written 2024-02, a time 2024-02-01T13:30."),
    ),
    "rows.not_dates": (
        mark("{column} holds no dates, and is not compared with {found}."),
        mark("Compare it with what it holds, or see how its dates are written."),
    ),
    "rows.not_predicted": (
        mark("{column} is known only after the model has predicted."),
        "",
    ),
    "rows.no_such_row": (
        mark("There is no row {row}; rows are numbered from 0, and there are {n}."),
        "",
    ),
    "rows.view_gone": (mark("The table was replaced by a newer one."), ""),
}
