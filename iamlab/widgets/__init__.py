"""Widgets for notebooks: each takes a lab, or the name of a story's world, and needs one line.

A widget reads, asks the layers below and shows; it decides nothing.
"""

from iamlab.widgets.access_explorer import AccessExplorer
from iamlab.widgets.assume_console import AssumeConsole
from iamlab.widgets.both_sides import BothSides
from iamlab.widgets.eight import EightRequests
from iamlab.widgets.graph_view import GraphView
from iamlab.widgets.questions import Choice, Predict, Sort
from iamlab.widgets.request_explorer import RequestExplorer
from iamlab.widgets.ticket_board import TicketBoard
from iamlab.widgets.workbench import PolicyWorkbench
from iamlab.widgets.world_editor import WorldEditor

__all__ = [
    "AccessExplorer",
    "AssumeConsole",
    "BothSides",
    "Choice",
    "EightRequests",
    "GraphView",
    "PolicyWorkbench",
    "Predict",
    "RequestExplorer",
    "Sort",
    "TicketBoard",
    "WorldEditor",
]
