"""iamlab: learn AWS IAM by doing it, in a simulated cloud that decides as AWS decides and shows why.

The names a learner types. Importing them loads neither Jupyter nor pandas nor Graphviz.
"""

from iamlab.core.errors import IamlabError, PolicyError
from iamlab.core.evaluation import Decision, Evaluation
from iamlab.core.policy import Policy, Statement, allow, deny
from iamlab.lab import Lab
from iamlab.views.display import register

__version__ = "0.1.0"

__all__ = [
    "Decision",
    "Evaluation",
    "IamlabError",
    "Lab",
    "Policy",
    "PolicyError",
    "Statement",
    "allow",
    "deny",
]

register()
