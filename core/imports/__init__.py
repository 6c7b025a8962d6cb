"""Reading files that people bring: what format, which columns, which values. Most modules know no Django."""
