"""The graph to look at: plain records, DOT, the forward pass as it was, the backward pass one can pause and rewind."""

from nbgrad.autograd.graph.copying import GraphCopy
from nbgrad.autograd.graph.dot import to_dot
from nbgrad.autograd.graph.recording import Operation, Recording
from nbgrad.autograd.graph.records import Graph, GraphEdge, GraphNode, trace
from nbgrad.autograd.graph.stepper import Contribution, Step, Stepper, Term, terms

__all__ = [
    "Contribution",
    "Graph",
    "GraphCopy",
    "GraphEdge",
    "GraphNode",
    "Operation",
    "Recording",
    "Step",
    "Stepper",
    "Term",
    "terms",
    "to_dot",
    "trace",
]
