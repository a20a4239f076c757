"""torchvision's residual networks written again as plain modules of PyTorch: the same parts, names and draws."""

import warnings
from enum import Enum

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed: nothing to compare with")
nn = torch.nn


class ResNet18_Weights(Enum):
    IMAGENET1K_V1 = "resnet18-f37072fd.pth"
    DEFAULT = IMAGENET1K_V1


def conv(wide, planes, size, stride=1):
    return nn.Conv2d(wide, planes, size, stride, size // 2, bias=False)


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, wide, planes, stride=1, downsample=None):
        super().__init__()
        self.conv1, self.bn1 = conv(wide, planes, 3, stride), nn.BatchNorm2d(planes)
        self.relu = nn.ReLU(inplace=True)
        self.conv2, self.bn2 = conv(planes, planes, 3), nn.BatchNorm2d(planes)
        self.downsample = downsample

    def forward(self, x):
        out = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        out += x if self.downsample is None else self.downsample(x)
        return self.relu(out)


class Bottleneck(nn.Module):
    expansion = 4

    def __init__(self, wide, planes, stride=1, downsample=None):
        super().__init__()
        self.conv1, self.bn1 = conv(wide, planes, 1), nn.BatchNorm2d(planes)
        self.conv2, self.bn2 = conv(planes, planes, 3, stride), nn.BatchNorm2d(planes)
        self.conv3, self.bn3 = conv(planes, 4 * planes, 1), nn.BatchNorm2d(4 * planes)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = downsample

    def forward(self, x):
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn3(self.conv3(self.relu(self.bn2(self.conv2(out)))))
        out += x if self.downsample is None else self.downsample(x)
        return self.relu(out)


class ResNet(nn.Module):
    def __init__(self, block, counts, num_classes=1000):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1, self.relu, self.maxpool = nn.BatchNorm2d(64), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)
        wide = 64
        for i, count in enumerate(counts):
            planes, stride, row = 64 * 2**i, 1 if i == 0 else 2, []
            for j in range(count):
                narrow = None
                if j == 0 and (stride != 1 or wide != planes * block.expansion):
                    outer = planes * block.expansion
                    narrow = nn.Sequential(conv(wide, outer, 1, stride), nn.BatchNorm2d(outer))
                row.append(block(wide, planes, stride if j == 0 else 1, narrow))
                wide = planes * block.expansion
            setattr(self, f"layer{i + 1}", nn.Sequential(*row))
        self.avgpool, self.fc = nn.AdaptiveAvgPool2d((1, 1)), nn.Linear(wide, num_classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        for row in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = row(x)
        return self.fc(torch.flatten(self.avgpool(x), 1))


def resnet18(*, weights=None, pretrained=None, **settings):
    """Trained weights are not to be had: `tests.tutorial.session` says what stands in for them."""
    if pretrained:
        warnings.warn(
            "The parameter 'pretrained' is deprecated since 0.13 and may be removed in the future, please use "
            "'weights' instead.",
            stacklevel=2,
        )
        warnings.warn(
            "Arguments other than a weight enum or `None` for 'weights' are deprecated since 0.13 and may be removed "
            "in the future. The current behavior is equivalent to passing `weights=ResNet18_Weights.IMAGENET1K_V1`. "
            "You can also use `weights=ResNet18_Weights.DEFAULT` to get the most up-to-date weights.",
            stacklevel=2,
        )
    model = ResNet(BasicBlock, [2, 2, 2, 2], **settings)
    if weights or pretrained:
        state = torch.random.get_rng_state()
        torch.manual_seed(18)
        model.load_state_dict(ResNet(BasicBlock, [2, 2, 2, 2]).state_dict())
        torch.random.set_rng_state(state)
    return model


def resnet34(**settings):
    return ResNet(BasicBlock, [3, 4, 6, 3], **settings)


def resnet50(**settings):
    return ResNet(Bottleneck, [3, 4, 6, 3], **settings)
