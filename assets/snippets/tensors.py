import torch

x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
print(x.shape, x.dtype)

print(x + 10)  # a number joins every cell
print(x * x)  # cell by cell
print(x @ x)  # rows times columns
print(x[:, 1])  # the second column

column = x[:, 1]
column.zero_()  # a view: x changes too
x
