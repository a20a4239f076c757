"""What the tests need of torchvision, which is not always to be had beside a given PyTorch."""
