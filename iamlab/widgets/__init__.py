"""Widgets for notebooks: each takes a lab and needs one line.

A widget reads, asks the layers below and shows; it decides nothing.
"""

from iamlab.widgets.request_explorer import RequestExplorer

__all__ = ["RequestExplorer"]
