"""The rules that decisions cite: one sentence each, with AWS's page on it.

This is product: a learner sees the rule card beside the verdict. The ids are those of the facts that iamlab is
built on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

GUIDE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of AWS: its id, what it says, and where AWS says it."""

    id: str
    sentence: str
    link: str


def _rule(id_: str, sentence: str, page: str) -> tuple[str, Rule]:
    return id_, Rule(id=id_, sentence=sentence, link=page if page.startswith("https:") else GUIDE + page)


RULES: Final[dict[str, Rule]] = dict(
    (
        _rule(
            "ENT-08",
            "Whoever is new has no permissions: until a policy allows something, everything is denied.",
            "introduction_access-management.html",
        ),
        # How statements match
        _rule(
            "POL-06",
            "Principal says whom a policy is about: an account, a user, a role, a session, a service, or everyone.",
            "reference_policies_elements_principal.html",
        ),
        _rule(
            "POL-09",
            "An action is service:Name, whatever the letter case; * stands for any run of characters, ? for one.",
            "reference_policies_elements_action.html",
        ),
        _rule(
            "POL-10",
            "NotAction matches every action that it does not list, in every service.",
            "reference_policies_elements_notaction.html",
        ),
        _rule(
            "POL-11",
            "An action that takes no resource is asked about *: a named resource never grants it.",
            "reference_policies_elements_resource.html",
        ),
        _rule(
            "POL-12",
            "A resource fits a pattern when each part of its ARN does, letter case counting; "
            "a bucket and the objects in it are different resources.",
            "reference_policies_elements_resource.html",
        ),
        _rule(
            "POL-14",
            "NotResource matches every resource that it does not list.",
            "reference_policies_elements_notresource.html",
        ),
        _rule(
            "POL-19",
            "A policy variable whose key the request does not have matches nothing, unless a default is written.",
            "reference_policies_variables.html",
        ),
        _rule(
            "COND-03",
            "A condition on a key that the request does not have is false; a negated one (Not...) is true. Null asks "
            "whether it is there.",
            "reference_policies_elements_condition_operators.html",
        ),
        _rule(
            "COND-05",
            "Of a condition's values one is enough; for a negated operator none may match.",
            "reference_policies_elements_condition_operators.html",
        ),
        _rule(
            "COND-09",
            "ARNs are compared part by part: a wildcard never covers a colon, except in the last part.",
            "reference_policies_elements_condition_operators.html",
        ),
        _rule(
            "COND-10",
            "With IfExists a condition on a key that the request does not have is true.",
            "reference_policies_elements_condition_operators.html",
        ),
        _rule(
            "COND-11",
            "ForAllValues asks every value of the request, and is true when there is none; "
            "ForAnyValue asks for one, and is false when there is none.",
            "reference_policies_condition-single-vs-multi-valued-context-keys.html",
        ),
        _rule(
            "COND-12",
            "A key that may have several values needs ForAllValues or ForAnyValue.",
            "reference_policies_condition-single-vs-multi-valued-context-keys.html",
        ),
        # How layers come together
        _rule(
            "EVAL-02",
            "A statement applies only when all of its elements match the request; "
            "without an Allow that applies, the request is denied.",
            "reference_policies_evaluation-logic_policy-eval-denyallow.html",
        ),
        _rule(
            "EVAL-03",
            "An explicit Deny in any policy that applies ends the matter, whatever else allows.",
            "reference_policies_evaluation-logic_AccessPolicyLanguage_Interplay.html",
        ),
        _rule(
            "EVAL-05",
            "Resource control policies bind the resources of an organization's accounts, whoever asks; "
            "they only deny, and not in every service.",
            "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html",
        ),
        _rule(
            "EVAL-06",
            "Service control policies must allow at every level, from the organization's root down to the account; "
            "they never grant, and bind neither the management account nor services.",
            "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html",
        ),
        _rule(
            "EVAL-07",
            "What identity policies allow counts only as far as the permissions boundary and the session policies "
            "allow it too.",
            "reference_policies_evaluation-logic_policy-eval-basics.html",
        ),
        _rule(
            "EVAL-08",
            "One Allow that matches is enough; all identity policies of a caller count together, for a user those of "
            "its groups as well.",
            "reference_policies_evaluation-logic_policy-eval-basics.html",
        ),
        _rule(
            "EVAL-09",
            "A permissions boundary or a session policy only limits: what it does not allow is denied.",
            "access_policies_boundaries.html",
        ),
        _rule(
            "EVAL-10",
            "Within one account a resource policy that names the user, the session or everyone is enough by itself. "
            "What it gives to a role is still limited by boundary and session policies. One that names the account "
            "only lets identity policies decide.",
            "reference_policies_evaluation-logic_policy-eval-basics.html",
        ),
        _rule(
            "EVAL-13",
            "Across accounts both must allow: the caller's account by its policies, the resource's account by its own.",
            "reference_policies_evaluation-logic-cross-account.html",
        ),
        _rule(
            "EVAL-14",
            "The root user is allowed everything in its own account by default; identity policies do not apply to it.",
            "id_root-user.html",
        ),
        _rule(
            "EVAL-16",
            "A role is assumed only by whom its trust policy lets in. A caller whom that names only by the account, or "
            "who comes from another account, needs a permission of its own as well.",
            "reference_policies_evaluation-logic.html",
        ),
        _rule(
            "EVAL-17",
            "A KMS key is governed by its key policy: identity policies count only where it names the account.",
            "https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html",
        ),
        _rule(
            "EVAL-18",
            "A Deny with NotPrincipal hits everybody whom it does not list in full, and everybody who has a "
            "permissions boundary.",
            "reference_policies_elements_notprincipal.html",
        ),
        _rule(
            "EVAL-19",
            "An unsigned request has nobody behind it: only a resource policy that names everyone lets it in.",
            "reference_policies_elements_principal.html",
        ),
        _rule(
            "EVAL-20",
            "When an AWS service itself calls, the resource's policy decides, within resource control policies.",
            "reference_policies_evaluation-logic.html",
        ),
        _rule(
            "EVAL-21",
            "A service-linked role is fixed by its service; control policies do not reach it.",
            "id_roles_create-service-linked-role.html",
        ),
        _rule(
            "EVAL-22",
            "A federated user may do what its user may and its session policy allows; without one, only what a "
            "resource policy gives to the session by its own ARN.",
            "id_credentials_temp_control-access_getfederationtoken.html",
        ),
        _rule(
            "EVAL-23",
            "A request through a VPC endpoint must be allowed by the endpoint's policy as well.",
            "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html",
        ),
        _rule(
            "EVAL-24",
            "sts:GetCallerIdentity and sts:GetSessionToken need no permission, and no policy can take them away.",
            "https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html",
        ),
        _rule(
            "EVAL-27",
            "FullAWSAccess is attached everywhere at first; a level of the organization where no control policy "
            "allows anything blocks everything below it.",
            "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html",
        ),
    )
)
