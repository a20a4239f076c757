import torch

w = torch.tensor(1.0, requires_grad=True)

for turn in range(3):
    loss = (2 * w - 5) ** 2
    loss.backward()
    print(turn, w.grad)  # grows: nobody emptied it

w.grad = None  # what zero_grad() does
loss = (2 * w - 5) ** 2
loss.backward()
print("fresh", w.grad)
