def test_lenets_graph_names_its_parameters_and_modules(fresh):
    trainer = fresh()
    trainer.step()
    graph = trainer.snapshot().graph
    leaves = {node.parameter: node for node in graph.nodes if node.parameter}
    assert set(leaves) == {name for name, _ in trainer.model.named_parameters()}
    assert all(node.name == "AccumulateGrad" and node.module == name.split(".")[0] for name, node in leaves.items())
    names = [node.name for node in graph.nodes]
    assert names.count("AddmmBackward0") == 3 and names.count("ConvolutionBackward0") == 2
    by_module = {node.module for node in graph.nodes if node.name == "AddmmBackward0"}
    assert by_module == {"fc1", "fc2", "fc3"}


def test_the_loss_comes_first_and_belongs_to_no_module(fresh):
    trainer = fresh()
    trainer.step()
    first, second = trainer.snapshot().graph.nodes[:2]
    assert (first.name, first.layer, first.module, second.module) == ("NllLossBackward0", 0, None, None)


def test_the_main_chain_is_one_row_and_no_nodes_overlap(fresh):
    trainer = fresh()
    trainer.step()
    graph = trainer.snapshot().graph
    assert len({(node.x, node.y) for node in graph.nodes}) == len(graph.nodes)
    for name in ("ReluBackward0", "AddmmBackward0", "ConvolutionBackward0", "MaxPool2DWithIndicesBackward0"):
        assert {node.y for node in graph.nodes if node.name == name} == {0}
    by_id = {node.id: node for node in graph.nodes}
    assert all(by_id[edge.source].layer < by_id[edge.target].layer for edge in graph.edges)


def test_the_same_graph_is_drawn_once(fresh):
    trainer = fresh()
    trainer.step()
    first = trainer.snapshot().graph
    trainer.step()
    assert trainer.snapshot().graph is first
    trainer.configure(trainer.experiment.changed(batch_size=8))
    trainer.step()
    assert len(trainer.snapshot().graph.nodes) == len(first.nodes)
