"""A world in one JSON file, written whole or not at all, and read with suspicion."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from iamlab.core.errors import IamlabError
from iamlab.core.policy import Policy, PolicyKind
from iamlab.world import managed_policies
from iamlab.world.entities import EntityRecord, GroupRecord, RoleRecord, UserRecord
from iamlab.world.files import replace_whole
from iamlab.world.organization_records import AWS_OWN, OrganizationRecord
from iamlab.world.quotas import Quotas
from iamlab.world.state import State
from iamlab.world.world import World

FORMAT: Final = "iamlab world"
VERSION: Final = 1
DAMAGED: Final = "DamagedFile"
MIGRATIONS: Final[dict[int, Callable[[dict[str, Any]], dict[str, Any]]]] = {}
"""What makes a file of one version into one of the next, by the older version's number."""

KINDS: Final[Mapping[str, type[EntityRecord]]] = {one.kind: one for one in (UserRecord, GroupRecord, RoleRecord)}


def save(world: World, path: str | Path) -> None:
    """Write the world to a file: state, clock, seed, trail and make-believe secrets.

    The old file or the new one is there at any moment, no part of one. Raises IamlabError (``CannotSave``).
    """
    target = _path(path)
    content = {
        "format": FORMAT,
        "version": VERSION,
        "seed": world.seed,
        "serial": world.serial,
        "quotas": _converter().unstructure(world.quotas),
        "state": _converter().unstructure(world.state),
    }
    data = json.dumps(content, indent=1, ensure_ascii=False).encode()
    try:
        replace_whole(target, data)
    except OSError as error:
        raise IamlabError(f"{target} cannot be written: {error.strerror}. Choose another place.", code=CANNOT) from None


CANNOT: Final = "CannotSave"


def load(path: str | Path) -> World:
    """The world in a file.

    Raises IamlabError (``NoSuchFile``, ``DamagedFile``) for a file that is not there, not ours, of a later version, or
    damaged.
    """
    source = _path(path)
    content = _content(source)
    try:
        while content["version"] != VERSION:
            content = MIGRATIONS[content["version"]](content)
        world = World(content["seed"], quotas=_converter().structure(content["quotas"], Quotas))
        world.serial = content["serial"]
        world.state = _converter().structure(content["state"], State)
    except IamlabError as error:
        raise _damaged(source, error.message) from None
    except Exception as error:
        raise _damaged(source, _first_line(error)) from None
    if not isinstance(world.seed, int) or not isinstance(world.serial, int):
        raise _damaged(source, "seed and serial are whole numbers")
    _check_references(source, world.state)
    return world


def _path(path: object) -> Path:
    if not isinstance(path, str | Path) or not str(path):
        raise IamlabError(f'Give the name of a file, for example "world.json", not {path!r}.', code="InvalidInput")
    return Path(path).expanduser()


def _content(source: Path) -> dict[str, Any]:
    try:
        content = json.loads(source.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise IamlabError(f"There is no file {source}.", code="NoSuchFile") from None
    except OSError as error:
        raise IamlabError(f"{source} cannot be read: {error.strerror}.", code="NoSuchFile") from None
    except (ValueError, RecursionError):
        raise _damaged(source, "it is no JSON text, or breaks off") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise IamlabError(f"{source} is no file that lab.save() wrote.", code=DAMAGED)
    version = content.get("version")
    if isinstance(version, bool) or not isinstance(version, int) or (version != VERSION and version not in MIGRATIONS):
        raise IamlabError(
            f"{source} is of version {version!r}; this iamlab reads versions up to {VERSION}. "
            "Update iamlab to open it.",
            code=DAMAGED,
        )
    return content


def _damaged(source: Path, what: str) -> IamlabError:
    return IamlabError(f"{source} is damaged: {what}. Nothing was changed; open an older copy.", code=DAMAGED)


def _first_line(error: BaseException) -> str:
    """The innermost reason of a group of errors, in one line."""
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}".splitlines()[0][:200]


def _check_references(source: Path, state: State) -> None:
    """Everything that is pointed at must be there: half a world would fail later, far from the cause."""
    missing: list[str] = []
    for one in state.entities.values():
        missing += [arn for arn in (*one.attached, one.boundary) if arn and not _policy_exists(state, arn)]
        missing += [id_ for id_ in getattr(one, "groups", ()) if id_ not in state.entities]
        missing += [] if one.account in state.accounts else [one.account]
    missing += [one.role for one in state.profiles.values() if one.role and one.role not in state.entities]
    missing += [one.account for one in state.resources.values() if one.account not in state.accounts]
    for policy in state.policies.values():
        missing += [] if policy.default in {one.id for one in policy.versions} else [f"{policy.name} {policy.default}"]
    for organization in state.organizations.values():
        missing += _missing(organization, state)
    if missing:
        raise _damaged(source, f"it speaks of {missing[0]}, which is not in it")
    for organization in state.organizations.values():
        _check_tree(source, organization)


def _missing(organization: OrganizationRecord, state: State) -> list[str]:
    """What an organization points at and does not hold; accounts hold nothing, so only units and the root are above."""
    above = {organization.root, *organization.units}
    targets = {*above, *organization.parents}
    policies = {*AWS_OWN, *organization.policies}
    parents = (*organization.parents.values(), *(unit.parent for unit in organization.units.values()))
    missing = [parent for parent in parents if parent not in above]
    missing += [target for target in organization.attached if target not in targets]
    missing += [id_ for there in organization.attached.values() for id_ in there if id_ not in policies]
    missing += [account for account in organization.parents if account not in state.accounts]
    managing = organization.management_account
    return missing + ([managing] if managing not in organization.parents else [])


def _check_tree(source: Path, organization: OrganizationRecord) -> None:
    """Whoever goes up from a unit must come to the root: the way from the root down would have no end otherwise."""
    for unit in organization.units.values():
        above = unit.parent
        for _ in organization.units:
            above = organization.units[above].parent if above in organization.units else above
        if above != organization.root:
            raise _damaged(source, f"the unit {unit.name} is under itself")


def _policy_exists(state: State, arn: str) -> bool:
    if state.policy_at(arn) is not None:
        return True
    try:
        managed_policies.find(arn)
    except IamlabError:
        return False
    return True


@cache
def _converter() -> Any:
    """How records become plain JSON values and back; anything unknown or missing in a file is an error."""
    from cattrs import Converter  # here, so that importing iamlab stays cheap
    from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn

    converter = Converter(forbid_extra_keys=True)
    converter.register_unstructure_hook(datetime, lambda moment: moment.isoformat())
    converter.register_structure_hook(datetime, lambda text, _: _moment(text))
    converter.register_unstructure_hook(Policy, lambda one: {"kind": one.kind.name, "document": one.document})
    converter.register_structure_hook(Policy, lambda one, _: Policy.parse(one["document"], PolicyKind[one["kind"]]))
    converter.register_unstructure_hook(PolicyKind, lambda one: one.name)
    converter.register_structure_hook(PolicyKind, lambda name, _: PolicyKind[name])
    for plain in (str, int, bool):  # cattrs would make a text of anything
        converter.register_structure_hook(plain, _exactly)
    written = {name: make_dict_unstructure_fn(kind, converter) for name, kind in KINDS.items()}
    read = {
        name: make_dict_structure_fn(kind, converter, _cattrs_forbid_extra_keys=True) for name, kind in KINDS.items()
    }
    converter.register_unstructure_hook(EntityRecord, lambda one: {"kind": one.kind, **written[one.kind](one)})
    converter.register_structure_hook(
        EntityRecord,
        lambda one, _: read[one["kind"]](
            {key: value for key, value in one.items() if key != "kind"}, KINDS[one["kind"]]
        ),
    )
    return converter


def _without_kind(one: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in one.items() if key != "kind"}


def _exactly(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise TypeError(f"{value!r} should be of the type {kind.__name__}")
    return value


def _moment(text: Any) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return moment
