"""Files become a data set: tables, columns with kinds and roles, parts."""
