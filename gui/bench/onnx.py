"""LeNet for onnxruntime: the same weights as a graph of ONNX, run by its own session."""

from typing import Any

import numpy as np

from gui.bench.works import Work, make_batch, make_network


def _model(network: Any) -> bytes:
    from onnx import TensorProto, helper, numpy_helper

    weights = [
        numpy_helper.from_array(np.ascontiguousarray(value.numpy()), name)
        for name, value in network.state_dict().items()
    ]
    node, nodes, last = helper.make_node, [], "pixels"
    for layer in ("conv1", "conv2"):
        nodes += [
            node("Conv", [last, f"{layer}.weight", f"{layer}.bias"], [f"{layer}.out"]),
            node("Relu", [f"{layer}.out"], [f"{layer}.relu"]),
            node("MaxPool", [f"{layer}.relu"], [f"{layer}.pool"], kernel_shape=[2, 2], strides=[2, 2]),
        ]
        last = f"{layer}.pool"
    nodes.append(node("Flatten", [last], ["flat"]))
    last = "flat"
    for layer in ("fc1", "fc2", "fc3"):
        nodes.append(node("Gemm", [last, f"{layer}.weight", f"{layer}.bias"], [f"{layer}.out"], transB=1))
        last = f"{layer}.out"
        if layer != "fc3":
            nodes.append(node("Relu", [last], [f"{layer}.relu"]))
            last = f"{layer}.relu"
    pixels = helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["N", 1, 32, 32])
    logits = helper.make_tensor_value_info(last, TensorProto.FLOAT, ["N", 10])
    graph = helper.make_graph(nodes, "lenet", [pixels], [logits], weights)
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString()


def forward_pass(onnxruntime: Any, threads: int, network: str, batch: int) -> Work:
    """A prediction; nbgrad makes the weights, so that they are those of the other libraries."""
    import nbgrad

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(
        _model(make_network(nbgrad, "cpu", network)), options, providers=["CPUExecutionProvider"]
    )
    given = {"pixels": make_batch(nbgrad, "cpu", network, batch)[0].numpy()}
    return Work(lambda: session.run(None, given)[0])
