import torch

x = torch.ones(2, requires_grad=True)

print((x * 2).requires_grad)
with torch.no_grad():  # nothing is recorded in here
    print((x * 2).requires_grad)
    x -= 0.5  # so a weight may be changed in place

y = x.detach() * 3  # the numbers without their history
print(y.requires_grad, x)
