"""nbgrad beside another library: the same work in two resident processes that take turns. No Qt, no window.

`cases` says what is measured and the goals, `works` what one call does, `child` is the process of one library, `turns`
lets two of them alternate, `roof` measures what the machine can do at most, `report` writes it down.
"""
