"""Lesson 09: why a request was denied: the deciding statement, a boundary, a control policy, ten tickets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from iamlab import catalog
from iamlab.analysis.difference import Change, Turn
from iamlab.core.evaluation import Evaluation
from iamlab.core.policy import allow
from iamlab.lab import Lab
from iamlab.lessons import denials, help_desk, tickets, worlds_09
from iamlab.lessons.exercise import VERDICTS, Attempt, Item, Misconception, Probe, SortExercise, WorldExercise
from iamlab.lessons.recognizing import missing
from iamlab.lessons.story import DEVELOPMENT, PRODUCTION, document
from iamlab.lessons.worlds import there
from iamlab.lessons.worlds_09 import CODE, JOBS, MANAGEMENT, ORDERS, PAYROLL, SERVICES, TRAIL, say
from iamlab.world.organizations import Organization
from iamlab.world.things import Instance

# 09.1

DECIDING: Final = (
    *(f"DevAccess/{sid}" for sid in ("Code", "NoSecrets", "DevInstances", "OnlyOurs")),
    "bucket policy/KeepCode",
    denials.NONE,
)
"""Every statement of the world of 09.1, by policy and Sid."""


def _production_instance(lab: Lab) -> Instance:
    return next(one for one in there(lab, DEVELOPMENT).resources if isinstance(one, Instance))


_ASKED: Final[dict[str, tuple[str, str, Callable[[Lab], Any]]]] = {
    "secret": ("dana reads acme-dev/secret/key.txt", "s3:GetObject", lambda _: f"{CODE}/secret/key.txt"),
    "stop": ("dana stops an instance that is tagged env=prod", "ec2:StopInstances", _production_instance),
    "delete": ("dana deletes acme-dev/plan.txt", "s3:DeleteObject", lambda _: f"{CODE}/plan.txt"),
    "payroll": ("dana reads acme-payroll/2026.csv", "s3:GetObject", lambda _: f"{PAYROLL}/2026.csv"),
    "acl": ("dana changes who may read acme-dev/plan.txt", "s3:PutObjectAcl", lambda _: f"{CODE}/plan.txt"),
}
"""The five requests: in words, the action, and what it is about."""


def _deciding_items() -> dict[str, Item]:
    lab = worlds_09.denials()
    dana = there(lab, DEVELOPMENT).user("dana")
    found: dict[str, Item] = {}
    for key, (words, action, about) in _ASKED.items():
        evaluation = lab.evaluate(dana, action, about(lab))
        right = denials.deciding(evaluation)
        messages = denials.statement_messages(evaluation, DECIDING, right)
        numbers = {denials.NONE: 11} if right != denials.NONE else {}
        found[key] = Item(words=f"{words} ({action})", right=right, messages=messages, numbers=numbers)
    return found


FIND: Final = SortExercise(
    id="09.1",
    title="Find the deciding statement",
    choices=DECIDING,
    world=worlds_09.denials,
    items=denials.WhenAsked(tuple(_ASKED), _deciding_items),
    hints=(
        "Choose the request in the explorer, and step to the type of policy that decides: its table says of each "
        "statement whether it applies, and which element misses.",
        "An explicit deny is decided by a Deny that applies. An implicit one is decided by no statement: all that "
        "could allow it miss. NotResource matches whatever is not listed.",
        "Three of the five are explicit denies: secret, delete and payroll. Each has a Deny of its own.",
    ),
    rules=("EVAL-02", "EVAL-03", "POL-14"),
    explanation="A Deny that applies decides, wherever it stands: with the group, or at the bucket. Where an Allow is "
    "missing no statement decides, and the near misses say what to mend.",
)

# 09.2


def _dana(action: str, resource: str | None) -> Callable[[Lab], Evaluation]:
    return lambda lab: lab.evaluate(there(lab, DEVELOPMENT).user("dana"), action, resource)


def _worker(action: str, resource: str) -> Callable[[Lab], Evaluation]:
    return lambda lab: lab.evaluate(there(lab, DEVELOPMENT).role("Worker"), action, resource)


_ALLOWED, _EXPLICIT, _IMPLICIT = VERDICTS
_NO_DENY: Final = "No Deny in either policy is about this action."

OVERLAP: Final = SortExercise(
    id="09.2",
    title="Where boundary and permissions overlap",
    choices=VERDICTS,
    world=worlds_09.bounded,
    items={
        "read": Item(
            words="dana reads acme-dev/plan.txt",
            ask=_dana("s3:GetObject", f"{CODE}/plan.txt"),
            messages={
                _IMPLICIT: "Both allow it: Files in her policy, Within in her boundary. That is the overlap.",
                _EXPLICIT: "The Deny of the boundary is about writing below frozen/.",
            },
        ),
        "user": Item(
            words="dana creates a user",
            ask=_dana("iam:CreateUser", f"arn:aws:iam::{DEVELOPMENT}:user/gil"),
            messages={
                _ALLOWED: "Her policy allows it. Her boundary does not speak of it, and what a boundary leaves out "
                "is capped.",
                _EXPLICIT: f"{_NO_DENY} The boundary's silence is enough.",
            },
        ),
        "instances": Item(
            words="dana looks at the instances",
            ask=_dana("ec2:DescribeInstances", None),
            messages={
                _ALLOWED: "Her boundary speaks of it, and a boundary grants nothing. Her own policy is silent.",
                _EXPLICIT: f"{_NO_DENY} Her own policy is silent.",
            },
            numbers={_ALLOWED: 17},
        ),
        "frozen": Item(
            words="dana writes acme-dev/frozen/v1.txt",
            ask=_dana("s3:PutObject", f"{CODE}/frozen/v1.txt"),
            messages={
                _ALLOWED: "Both have an Allow for it. The boundary also has a Deny, which wins.",
                _IMPLICIT: "Nothing is missing: both allow it. The boundary's Deny forbids it.",
            },
            numbers={_ALLOWED: 10, _IMPLICIT: 11},
        ),
        "queue": Item(
            words="dana receives a message from jobs, whose queue policy names dana",
            ask=_dana("sqs:ReceiveMessage", JOBS),
            messages={
                _IMPLICIT: "The queue's policy names the user herself, in the same account. That gets past a boundary "
                "that is silent, and needs no policy of hers.",
                _EXPLICIT: f"{_NO_DENY} The queue's policy names the user herself.",
            },
            numbers={_IMPLICIT: 18},
        ),
        "worker": Item(
            words="a session of Worker receives a message from jobs, whose queue policy names the role",
            ask=_worker("sqs:ReceiveMessage", JOBS),
            messages={
                _ALLOWED: "The queue's policy names the role; the one who asks is a session of it. That counts as a "
                "permission of the role's, and the role's boundary caps it.",
                _EXPLICIT: f"{_NO_DENY} The boundary's silence is enough.",
            },
        ),
    },
    hints=(
        "Ask of each request: does the caller's policy allow it, and does the boundary? Allowed is what both allow.",
        "A boundary only caps: it grants nothing. What a resource policy gives to the user itself gets past "
        "its silence, what it gives to the role does not. And a Deny wins.",
        "Two of the six are allowed: one by the overlap, one by the queue's own policy. One is an explicit deny.",
    ),
    rules=("EVAL-09", "EVAL-10"),
    explanation="A boundary is a frame laid over the permissions: what shows through is allowed. It grants nothing, "
    "and its Deny wins. One thing comes from beside the frame: what a resource policy of the same account gives to the "
    "user itself. What it gives to a role is framed like the role's own permissions.",
)

# 09.3


def _asks(who: str, account: str, action: str, resource: str | None, words: str, *, allowed: bool = True) -> Probe:
    """A probe of one user of an account, or of its root user."""

    def ask(lab: Lab) -> Evaluation:
        home = there(lab, account)
        return lab.evaluate(home.root if who == "root" else home.user(who), action, resource)

    return Probe(words=f"{words} ({action})", ask=ask, allowed=allowed)


_CREATES: Final = _asks("pia", PRODUCTION, "sqs:CreateQueue", ORDERS, "pia creates the queue orders")
_WRITES: Final = _asks("pia", PRODUCTION, "s3:PutObject", "arn:aws:s3:::productionapp/v2.zip", "pia writes v2.zip")
_STOPS: Final = _asks("pia", PRODUCTION, "cloudtrail:StopLogging", TRAIL, "pia stops the trail audit", allowed=False)
_CUSTOMERS: Final = _asks(
    "pia",
    PRODUCTION,
    "dynamodb:GetItem",
    f"arn:aws:dynamodb:us-east-1:{PRODUCTION}:table/customers",
    "pia reads the table customers",
    allowed=False,
)


_TRAILS: Final = tuple(
    _asks(
        who,
        home,
        f"cloudtrail:{action}",
        f"arn:aws:cloudtrail:us-east-1:{home}:trail/audit",
        f"{'the root user' if who == 'root' else who} {words} the trail audit of {name}",
        allowed=False,
    )
    for who, home, name in (
        ("ada", DEVELOPMENT, "Development"),
        ("root", DEVELOPMENT, "Development"),
        ("pia", PRODUCTION, "Production"),
        ("root", PRODUCTION, "Production"),
    )
    for action, words in (("StopLogging", "stops"), ("DeleteTrail", "deletes"))
    if (who, action) != ("pia", "StopLogging")
)


def _uses_queues(lab: Lab) -> Evaluation:
    """Pia does each thing that is done with queues; the first that is denied, if one is."""
    home = there(lab, PRODUCTION)
    found = [catalog.find(name) for name in catalog.expand("sqs:*")]
    asked = [lab.evaluate(home.user("pia"), one.name, None if one.wildcard_only else ORDERS) for one in found]
    return next((one for one in asked if not one.allowed), asked[0])


_ALL_OF_IT: Final = Probe(words="pia does whatever is done with queues (sqs:*)", ask=_uses_queues, allowed=True)
_IN_EUROPE: Final = _asks(
    "pia",
    PRODUCTION,
    "sqs:SendMessage",
    f"arn:aws:sqs:eu-west-1:{PRODUCTION}:orders",
    "pia sends a message to a queue in eu-west-1",
)


def _organization(lab: Lab) -> Organization:
    return lab.organizations[0]


def _list(lab: Lab, *services: str) -> None:
    _organization(lab).policy("ProductionServices").update(document(say("Listed", "Allow", list(services), "*")))


def _list_queues(lab: Lab) -> None:
    _list(lab, *SERVICES, "sqs:*")


def _allow_pia(lab: Lab) -> None:
    there(lab, PRODUCTION).user("pia").put_policy("Queues", allow("sqs:*"))


def _allow_above(lab: Lab) -> None:
    organization = _organization(lab)
    made = organization.create_policy("Queues", document(say("Queues", "Allow", "sqs:*", "*")))
    organization.attach(made, organization.units[0])


def _full_access(lab: Lab) -> None:
    organization = _organization(lab)
    organization.attach(organization.policy("FullAWSAccess"), there(lab, PRODUCTION))


def _leave(lab: Lab) -> None:
    _organization(lab).remove(there(lab, PRODUCTION))


def _missing_above(attempt: Attempt) -> bool:
    """Whether pia's queue is still denied for want of an Allow in the control policies."""
    return missing(attempt, _CREATES) == "scps"


def _attached(lab: Lab, target: str) -> tuple[str, ...]:
    """The names of what is attached to the root, a unit or an account of the organization."""
    record = _organization(lab).record
    return tuple(record.policy(one).name for one in record.attached.get(target, ()))


def _new_above(attempt: Attempt) -> bool:
    """Whether something was attached to the root or to the unit."""
    lab = attempt.lab
    organization = _organization(lab)
    above = (organization.root.id, *(unit.id for unit in organization.units))
    return any(name not in ("FullAWSAccess", "KeepLogs") for one in above for name in _attached(lab, one))


def _queues_gained(change: Change) -> bool:
    return (
        change.subject.account == PRODUCTION
        and change.turn is Turn.GAINED
        and all(one.startswith("sqs:") for one in change.actions)
    )


def _new_in_the_account(attempt: Attempt) -> bool:
    """Whether pia was given more in her own account."""
    return len(there(attempt.lab, PRODUCTION).user("pia").policies) > 1


GUARD: Final = WorldExercise(
    id="09.3",
    world=worlds_09.company,
    may_change=_queues_gained,
    probes=(
        _CREATES,
        _asks("pia", PRODUCTION, "sqs:SendMessage", ORDERS, "pia sends a message to the queue orders"),
        _asks("root", PRODUCTION, "sqs:CreateQueue", ORDERS, "the root user of Production creates the queue orders"),
        _ALL_OF_IT,
        _IN_EUROPE,
        _STOPS,
        *_TRAILS,
        _CUSTOMERS,
        _WRITES,
        _asks("pia", PRODUCTION, "ec2:DescribeInstances", None, "pia looks at the instances"),
        _asks("ada", DEVELOPMENT, "s3:ListAllMyBuckets", None, "ada lists the buckets of Development"),
        _asks("mia", MANAGEMENT, "s3:ListAllMyBuckets", None, "mia lists the buckets of Management"),
    ),
    hints=(
        "pia's own policies allow it already. AWS's message says which type of policy does not; where in the "
        "organization is it silent?",
        "Every level must allow: the root, the unit, the account. On two of them FullAWSAccess does. On the "
        "account Production another policy took its place.",
        'Only the service is missing, "sqs:*". The text of a policy is a copy, which update puts in the old one\'s '
        "place:\n"
        "    longer = listed.policy.document\n"
        '    longer["Statement"][0]["Action"].append(...)\n'
        "    listed.update(longer)",
    ),
    rules=("EVAL-06",),
    reach="company.organizations",
    reference=_list_queues,
    explanation="An SCP grants nothing: pia may use queues because AdministratorAccess allows it and, now, nothing "
    "above caps it. The Allow belongs on the level that was silent; the other levels had one. The Deny for the trail "
    "and the rest of the list stay.",
    misconceptions=(
        Misconception(
            answer=_allow_pia,
            message="pia was allowed it all the time: she is an administrator. What the control policies above leave "
            "out, no policy in the account can allow.",
            known_by=lambda attempt: _missing_above(attempt) and _new_in_the_account(attempt),
        ),
        Misconception(
            answer=_allow_above,
            message="An SCP grants nothing to those below. Each level must allow it for itself, and the level that is "
            "silent is the account Production.",
            known_by=lambda attempt: _missing_above(attempt) and _new_above(attempt),
            number=17,
        ),
        Misconception(
            answer=_leave,
            message="Outside of the organization no control policy binds Production any more: not the list, and not "
            "the Deny that keeps the trail either.",
            known_by=lambda attempt: PRODUCTION not in [one.id for one in _organization(attempt.lab).accounts],
        ),
        Misconception(
            answer=_full_access,
            message="FullAWSAccess allows every service there is, so the list caps nothing any more. One service was "
            "asked for.",
            known_by=lambda attempt: (
                attempt.fails(_CUSTOMERS) and "FullAWSAccess" in _attached(attempt.lab, PRODUCTION)
            ),
        ),
        Misconception(
            answer=lambda lab: _list(lab, "sqs:*"),
            message="Queues are allowed now, and what was on the list is gone: it caps everything that it does not "
            "name. Add to it.",
            known_by=lambda attempt: attempt.fails(_WRITES) and not attempt.fails(_CREATES),
        ),
    ),
)

# 09.4

BOARD: Final = SortExercise(
    id="09.4",
    title="Ten tickets",
    part="ticket",
    world=worlds_09.help_desk,
    items=denials.WhenAsked(
        tickets.keys(help_desk.TICKETS), lambda: tickets.items(worlds_09.help_desk(), help_desk.TICKETS)
    ),
    hints=(
        "The end of the message names the type of policy. Ask the same in the explorer and step to that type: the "
        "table there shows each statement, and where it misses.",
        "'with an explicit deny': a Deny decides, and no Allow helps. 'because no ... allows': an Allow is missing in "
        "that type of policy, and an Allow in another type does not replace it.",
        "The cure is where the message points: at the group in 2, the key in 4, the boundary in 5, the session in 6, "
        "the organization in 7 and 8. In 9 and 10 read the condition.",
    ),
    rules=("EVAL-03", "EVAL-06", "EVAL-09", "EVAL-10", "EVAL-13", "EVAL-17"),
    explanation="Ten times the same three steps: read the message to its end for the type of policy; find there the "
    "statement that forbids, or the one that nearly allows; change that, and nothing beside it.",
)

EXERCISES: Final = (FIND, OVERLAP, GUARD, BOARD)
