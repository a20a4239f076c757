"""Every operation, one family per file: forward on arrays and backward in ops, side by side."""
