"""A session of Python with the engine as `torch`: run a snippet, see its variables, walk a tensor's backward pass.

`session` runs in the process it is made in; `process` keeps one in a child process, which can always be stopped.
"""
