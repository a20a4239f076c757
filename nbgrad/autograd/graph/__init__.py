"""The backward graph to look at: plain records, a picture in the DOT language, and a walk one can pause and rewind."""

from nbgrad.autograd.graph.dot import to_dot
from nbgrad.autograd.graph.records import Graph, GraphEdge, GraphNode, trace
from nbgrad.autograd.graph.stepper import Contribution, Step, Stepper, Term, terms

__all__ = ["Contribution", "Graph", "GraphEdge", "GraphNode", "Step", "Stepper", "Term", "terms", "to_dot", "trace"]
