"""Matrix products: register tiles, read from where the operands lie or from packed blocks, on all threads."""

from nbgrad.kernels.cpu.gemm.product import addmm, bmm, column_sums, linear_gradients, matmul

__all__ = ["addmm", "bmm", "column_sums", "linear_gradients", "matmul"]
