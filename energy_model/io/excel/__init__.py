"""Excel: a case ↔ one workbook, with a sheet for each file, units, meanings and drop-downs.

The first sheet, *contents*, maps each sheet to its file. Every cell is preserved: numbers as
numbers, expressions and names as texts, so export and import return the same case. Additional
sheets are imported if their name is that of a table.
"""
