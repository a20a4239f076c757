import torch

x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
loss = (x * x).sum()

loss.backward(retain_graph=True)  # keep what the graph has saved
print(x.grad)

loss.backward()  # so a second pass is possible
print(x.grad)

loss.backward()  # now it was freed: this is an error
