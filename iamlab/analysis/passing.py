"""Passing a role to a service: the call of the service that takes it, and all that the caller needs for that call.

iam:PassRole by itself starts nothing (STS-19): EC2 takes a role with ec2:RunInstances, in an instance profile, Lambda
with lambda:CreateFunction (EVAL-25). What other services take roles with is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from iamlab.analysis.access import AccessMatrix, Cell
from iamlab.analysis.profiles import Profiles
from iamlab.analysis.subjects import Subject
from iamlab.world.account_resources import instance_parts
from iamlab.world.entities import RoleRecord
from iamlab.world.resources import REGION
from iamlab.world.services import EC2, LAMBDA

CREATE_PROFILE: Final = "iam:CreateInstanceProfile"
ADD_ROLE: Final = "iam:AddRoleToInstanceProfile"
Cells = tuple[Cell, ...]


def calls(profiles: Profiles, caller: Subject, role: RoleRecord, service: str) -> Cells | None:
    """The answers that let a caller make the call by which the service gets the role; None if one does not.

    Of a service of which it is not known what takes a role there are none.
    """
    found = TAKING.get(service)
    return () if found is None else found(profiles, caller, role)


def _instance(profiles: Profiles, caller: Subject, role: RoleRecord) -> Cells | None:
    """RunInstances on all that an instance is made of, and an instance profile that holds the role."""
    parts = instance_parts(caller.account)
    matrix = AccessMatrix(profiles.state, [caller], ["ec2:RunInstances"], parts, None, profiles, parts=True)
    found = [matrix.cell(caller, "ec2:RunInstances", one) for one in parts]
    if not all(one.access.possible for one in found):
        return None
    held = _held(profiles, caller, role)
    return None if held is None else (*_different(found), *held)


def _held(profiles: Profiles, caller: Subject, role: RoleRecord) -> Cells | None:
    """What puts the role into an instance profile: nothing if it is in one, otherwise one that is empty, or new."""
    state = profiles.state
    own = [one for one in state.profiles.values() if one.account == role.account]
    if any(one.role == role.id for one in own):
        return ()
    if role.service:
        return None  # a service-linked role is put into none
    empty = [one.arn for one in own if not one.role]
    there = AccessMatrix(state, [caller], [ADD_ROLE], empty, None, profiles)
    cells = (there.cell(caller, ADD_ROLE, one) for one in empty)
    found = next((one for one in cells if one.access.possible), None)
    if found:
        return (found,)
    new = f"arn:aws:iam::{caller.account}:instance-profile/*"
    matrix = AccessMatrix(state, [caller], [CREATE_PROFILE, ADD_ROLE], [new], None, profiles)
    both = (1 << len(matrix.actions)) - 1
    taken = {one.arn for one in own}
    if not any(
        both & (verdicts.allowed | verdicts.depends) == both
        for thing, verdicts in matrix.row(caller)[0]
        if thing.asked.resource not in taken
    ):
        return None
    return tuple(matrix.cell(caller, one, new) for one in matrix.actions)


def _function(profiles: Profiles, caller: Subject, role: RoleRecord) -> Cells | None:
    """CreateFunction for any function that is not there yet."""
    state, action = profiles.state, "lambda:CreateFunction"
    new = f"arn:aws:lambda:{REGION}:{caller.account}:function:*"
    matrix = AccessMatrix(state, [caller], [action], [new], None, profiles)
    parts = (one for one in matrix.parts(caller, action, new) if one.access.possible)
    if not any(arn not in state.resources for one in parts for arn in one.asked):
        return None
    return (matrix.cell(caller, action, new),)


def _different(cells: Sequence[Cell]) -> Iterator[Cell]:
    """The cells, those once that are under one condition."""
    return iter({one.when: one for one in cells}.values())


TAKING: Final[Mapping[str, Callable[[Profiles, Subject, RoleRecord], Cells | None]]] = {
    EC2: _instance,
    LAMBDA: _function,
}
"""The services of which it is known what takes a role."""
