"""Taking over a register from the workbooks property companies already have.

`columns` knows the sheets and their headers, `cells` the values, `rows` what a row becomes, `reading` puts them
together. All of that is pure; `plan` and `apply` meet the database.
"""
