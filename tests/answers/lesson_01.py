"""Lesson 01: a new user can do nothing (ENT-08), one list action, a bucket and its objects (POL-15)."""

from __future__ import annotations

from answers.documents import MFA, allow, deny, policy, when

PHOTOS = "arn:aws:s3:::acme-photos"
BUCKETS = allow("s3:ListAllMyBuckets")
BOTH = [PHOTOS, f"{PHOTOS}/*"]
LOOK = allow(["s3:ListBucket", "s3:GetObject"], BOTH)

RIGHT = {
    "01.1": {"alice": "implicit deny", "dana": "implicit deny", "Auditor": "implicit deny", "ada": "allowed"},
}

OTHER_CORRECT = {
    "01.2": [
        policy(when(BUCKETS, StringLike={"aws:RequestedRegion": "*"})),
        policy(when(BUCKETS, DateNotEquals={"aws:CurrentTime": "2020-01-01T00:00:00Z"})),
        # No request is made in the past (COND-06).
        policy(when(BUCKETS, DateGreaterThan={"aws:CurrentTime": "2020-01-01"})),
        policy(when(BUCKETS, NumericGreaterThan={"aws:EpochTime": "1500000000"})),
        policy(BUCKETS, when(deny("*"), DateLessThan={"aws:CurrentTime": "2020-01-01"})),
        {"Statement": {"Effect": "Allow", "Action": ["S3:listallmybuckets"], "Resource": ["*"]}},
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "arn:aws:s3:::*"}],
        },
    ],
    "01.3": [
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": PHOTOS},
                {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{PHOTOS}/*"},
            ],
        },
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetObject"], "Resource": [PHOTOS, f"{PHOTOS}/*"]},
                {"Effect": "Deny", "Action": "s3:Put*", "Resource": "*"},
            ],
        },
    ],
}

TOO_MUCH = {
    "01.2": [
        *[policy(BUCKETS, allow(extra)) for extra in ("s3:DeleteBucket", "s3:Put*", "iam:PassRole", "ec2:*", "kms:*")],
        policy(BUCKETS, allow("sts:*")),
        policy(BUCKETS, allow("ec2:RunInstances")),
        # A condition that a request can meet is no fence (COND-01, COND-25).
        policy(BUCKETS, when(allow("*"), Bool=MFA)),
        policy(BUCKETS, when(allow("*"), StringEquals={"aws:PrincipalTag/job": "admin"})),
        policy(BUCKETS, when(allow("*"), IpAddress={"aws:SourceIp": "203.0.113.0/24"})),
        policy(
            allow("*"),
            {"Effect": "Deny", "Action": ["s3:ListBucket", "s3:GetObject", "s3:CreateBucket"], "Resource": "*"},
        ),
        policy({"Effect": "Allow", "NotAction": ["iam:*", "s3:Get*", "s3:Create*", "s3:ListBucket"], "Resource": "*"}),
    ],
    "01.3": [
        # alice/1.jpg is hers to write (POL-16).
        policy(LOOK, allow("s3:PutObject", f"{PHOTOS}/${{aws:username}}/*")),
        *[policy(LOOK, allow(extra, BOTH)) for extra in ("s3:DeleteObject", "s3:PutBucketPolicy", "s3:PutObjectAcl")],
        policy(LOOK, allow("iam:*")),
        policy(LOOK, allow("s3:PutObject", f"{PHOTOS}-archive/*")),
        policy(LOOK, allow("s3:ListBucket", "arn:aws:s3:::acme-payroll")),
        policy(allow(["s3:Get*", "s3:List*"], BOTH)),
        policy({"Effect": "Allow", "NotAction": ["s3:Put*", "s3:Delete*"], "Resource": BOTH}),
        policy(
            allow(["s3:ListBucket", "s3:GetObject"], f"{PHOTOS}*"),
            {"Effect": "Deny", "Action": "*", "Resource": f"{PHOTOS}-archive*"},
        ),
    ],
}

FORBIDS = {
    "01.3": [
        policy(LOOK, {"Effect": "Deny", "Action": "s3:GetObject", "Resource": f"{PHOTOS}/private/*"}),
        policy(LOOK, when({"Effect": "Deny", "Action": "s3:ListBucket", "Resource": PHOTOS}, Bool=MFA)),
    ],
}

LESS = {
    "01.2": [
        policy(when(BUCKETS, DateLessThan={"aws:CurrentTime": "2027-01-01"})),
        policy(BUCKETS, when(deny("*"), DateGreaterThan={"aws:CurrentTime": "2027-01-01"})),
    ],
    # What the probes ask for, and no other object.
    "01.3": [
        policy(
            allow("s3:ListBucket", PHOTOS),
            allow("s3:GetObject", [f"{PHOTOS}/1.jpg", f"{PHOTOS}/2026/*", f"{PHOTOS}/notes.txt"]),
        )
    ],
}

NOT_SAID = {
    "some objects are objects": (
        "01.3",
        policy(allow("s3:ListBucket", PHOTOS), allow("s3:GetObject", f"{PHOTOS}/${{aws:username}}/*")),
        "But reading is about the objects",
    ),
    "an addition is no AdministratorAccess": ("01.2", policy(BUCKETS, allow("iam:*")), "AdministratorAccess"),
    "a NotAction is no s3:*": ("01.2", policy({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}), "s3:* is"),
    "a Deny is no missing star": (
        "01.2",
        policy(BUCKETS, {"Effect": "Deny", "Action": "s3:ListAllMyBuckets", "Resource": "*"}),
        'Write "*"',
    ),
    "a wrong action is no wrong resource": (
        "01.3",
        policy(allow(["s3:ListObjectsV2", "s3:GetObject"], BOTH)),
        "the bucket itself is not",
    ),
}
