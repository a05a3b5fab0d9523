"""What a policy is written for: an exercise, or a user, group or role of a lab."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from iamlab.core.errors import IamlabError
from iamlab.core.evaluation import Evaluation
from iamlab.core.policy import LATEST, Policy, PolicyKind, PolicySource, allow
from iamlab.core.request import ANONYMOUS
from iamlab.lab import CallerLike, Lab, ResourceLike
from iamlab.lessons import checks
from iamlab.lessons.exercise import PolicyExercise, Probe
from iamlab.lessons.named_worlds import lab_of
from iamlab.widgets.acting import the_one
from iamlab.world.identities import Group, Role, User

Asked = tuple[CallerLike, str] | tuple[CallerLike, str, ResourceLike]
"""A request: who, which action, and on which resource, where the action takes one."""
Holder = User | Group | Role

START: Final = allow("s3:ListAllMyBuckets").document
"""A policy to begin with."""
TO_WRITE: Final = f"""{{
  "Version": "{LATEST}",
  "Statement": [
    {{
      "Effect": ...,
      "Action": ...,
      "Resource": ...
    }}
  ]
}}"""
"""What an exercise begins with in which a policy is to be written."""
NAME: Final = "Workbench"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Where a policy goes (``put``, into the lab or a copy of it), and the requests that it is judged by.

    ``begins`` is the text to begin with, ``keys`` are the names under which what was typed is remembered. ``exercise``
    is the exercise's ID, empty without one; ``doing`` is what putting the policy into the world does, in words, and
    ``plain`` the same in plain Python.
    """

    title: str
    lab: Lab
    probes: tuple[Probe, ...]
    put: Callable[[Lab, Policy], Any]
    begins: str
    keys: tuple[str, ...]
    plain: str
    kind: PolicyKind = PolicyKind.IDENTITY
    exercise: str = ""
    doing: str = ""


def of_exercise(exercise_id: str, policy: PolicySource | None = None) -> Task:
    """To write the policy of an exercise; ``policy`` is what to begin with.

    Raises IamlabError (``ValidationError``) for one in which none is written.
    """
    exercise = checks.EXERCISES.get(exercise_id)
    if not isinstance(exercise, PolicyExercise):
        raise IamlabError(f"{exercise_id!r} is no exercise in which a policy is written.", code="ValidationError")
    title = f"Policy workbench: exercise {exercise.id}"
    return Task(
        title=title,
        lab=exercise.world(),
        probes=exercise.probes,
        put=exercise.apply,
        begins=_text(policy or exercise.untouched or TO_WRITE, exercise.kind),
        keys=(title,),
        plain=f"check({exercise.id!r}, policy)",
        kind=exercise.kind,
        exercise=exercise.id,
    )


def of_holder(
    lab: Lab | str,
    on: Holder | str,
    name: str,
    policy: PolicySource | None = None,
    must_allow: Iterable[Asked] = (),
    must_deny: Iterable[Asked] = (),
) -> Task:
    """To write a policy that is embedded in a user, group or role; without ``policy``, the one that is there is edited.

    Raises IamlabError for a name that is nobody's (``NoSuchEntity``) or that several have (``InvalidInput``), and as
    ``lab.evaluate`` does for a request that cannot be asked.
    """
    lab = lab_of(lab)
    holder = _named(lab, on) if isinstance(on, str) else on
    probes = (*(_probe(one, allowed=True) for one in must_allow), *(_probe(one, allowed=False) for one in must_deny))
    for one in probes:
        one.ask(lab)  # a mistake in a request shows here, and not to a learner

    def put(world: Lab, policy: Policy) -> None:
        """Into the same user, group or role of this world, which may be a copy."""
        type(holder)(world.world, holder.id).put_policy(name, policy)

    title = f"Policy workbench: {name} of {holder.kind} {holder.name}"
    # Tried on one, then on another: under a name of its own the text goes along.
    along = () if name == NAME else (f"policy {name}",)
    return Task(
        title=title,
        lab=lab,
        probes=probes,
        put=put,
        begins=_text(policy or _embedded(holder, name) or START, PolicyKind.IDENTITY),
        keys=(title, *along),
        plain=f"put_policy({name!r}, policy)",
        doing=f"put {name} into {holder.kind} {holder.name}",
    )


def _text(policy: PolicySource, kind: PolicyKind) -> str:
    return policy if isinstance(policy, str) else json.dumps(Policy.parse(policy, kind).document, indent=2)


def _embedded(holder: Holder, name: str) -> Policy | None:
    """What stands under this name now; a policy of that name that comes through a group is another one."""
    own = (one.policy for one in holder.policies if one.name == name and not one.arn and not one.via)
    return next(own, None)


def _probe(request: Asked, *, allowed: bool) -> Probe:
    if not isinstance(request, tuple | list) or not 2 <= len(request) <= 3:
        raise IamlabError(
            f'A request is (alice, "s3:ListAllMyBuckets") or (alice, "s3:GetObject", arn), not {request!r}.',
            code="InvalidInput",
        )
    who, action, *about = request
    resource = getattr(about[0], "arn", about[0]) if about else None
    name = who if isinstance(who, str) else getattr(who, "name", repr(who))
    on = f" on {resource}" if resource is not None else ""

    def ask(lab: Lab) -> Evaluation:
        return lab.evaluate(_there(lab, who), action, resource)

    return Probe(words=f"{name} asks for {action}{on}", ask=ask, allowed=allowed)


def _there(lab: Lab, who: Any) -> Any:
    """The same caller in a copy of its lab; a caller may be given by its name."""
    if isinstance(who, str):
        return who if who == ANONYMOUS or who.endswith(".amazonaws.com") else _named(lab, who)
    caller = getattr(who, "caller", None)
    return next((one for one in (*lab.callers, *lab.sessions) if one.caller == caller), who)


def _named(lab: Lab, name: str) -> Holder:
    everybody = (one for account in lab.accounts for one in (*account.principals, *account.groups))
    return the_one([one for one in everybody if one.name == name], name, "user, group or role")
