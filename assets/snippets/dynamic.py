import torch

x = torch.tensor(1.5, requires_grad=True)

y = x
while y < 20:  # the graph is as long as the loop was
    y = y * x

y
