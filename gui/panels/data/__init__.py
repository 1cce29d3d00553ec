"""The data table, its columns and parts."""
