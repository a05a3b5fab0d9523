"""Lesson 02: what root alone can do (ENT-22), a Deny beside an administrator's Allow, two messages (STS-18)."""

from __future__ import annotations

from answers.documents import allow, deny, policy, when

PHOTOS = "arn:aws:s3:::acme-photos"
LEDGER = "arn:aws:s3:::acme-ledger"
NO_MFA = {"aws:MultiFactorAuthPresent": "false"}
_WHY, _CURE = (
    ("a permission is missing", "a policy forbids it"),
    ("add a policy that allows it", "change the statement that denies it"),
)

RIGHT = {
    # ENT-22: what only the root user can do.
    "02.1": {
        **dict.fromkeys(("close", "email", "locked", "mend"), "root user"),
        **dict.fromkeys(("hire", "bucket", "attach"), "administrator"),
    },
    # STS-18: "because no ... allows" is an implicit deny, "with an explicit deny" an explicit one.
    "02.3": {
        "first: why": _WHY[0],
        "first: cure": _CURE[0],
        "second: why": _WHY[1],
        "second: cure": _CURE[1],
    },
}

OTHER_CORRECT = {
    "02.2": [
        # Conditions that every request meets: nobody asks in the past (COND-06), or in no Region (COND-20).
        policy(when(deny("s3:DeleteObject", f"{LEDGER}/*"), DateGreaterThan={"aws:CurrentTime": "2020-01-01"})),
        policy(when(deny("s3:DeleteObject", f"{LEDGER}/*"), NumericGreaterThan={"aws:EpochTime": "1700000000"})),
        policy(when(deny("s3:DeleteObject", f"{LEDGER}/*"), StringLike={"aws:RequestedRegion": "*"})),
        {
            "Version": "2012-10-17",
            "Statement": {"Effect": "Deny", "Action": ["s3:deleteobject"], "Resource": [f"{LEDGER}/*"]},
        },
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Deny", "Action": ["s3:DeleteObject", "s3:DeleteObjectVersion"], "Resource": f"{LEDGER}/*"},
            ],
        },
    ],
}

# Each keeps the books, and takes something else away: other buckets' objects, the bucket, tags of objects.
FORBIDS = {
    "02.2": [
        policy(deny("s3:DeleteObject", f"{LEDGER}*")),
        policy(deny("s3:Delete*", f"{LEDGER}/*")),
        policy(deny("s3:DeleteObject*", f"{LEDGER}/*")),
        policy(deny("s3:Delete*", [LEDGER, f"{LEDGER}/*"])),
        policy(deny("s3:*Delete*", f"{LEDGER}*")),
        policy(deny(["s3:DeleteObject", "s3:DeleteBucket"], [LEDGER, f"{LEDGER}/*"])),
        policy(deny("s3:DeleteObject", [f"{LEDGER}/*", "arn:aws:s3:::acme-ledger-2027/*"])),
        policy(deny("s3:DeleteObject", f"{LEDGER}/*"), deny("iam:DeleteUser")),
        policy(deny("s3:DeleteObject", f"{LEDGER}/*"), deny("lambda:*")),
        policy(deny("s3:DeleteObject", "arn:aws:s3:::*ledger/*")),
        policy(deny("s3:DeleteObject", f"{LEDGER}/*"), when(deny("s3:GetObject", f"{LEDGER}/*"), Bool=NO_MFA)),
    ],
}

TOO_MUCH = {
    "02.2": [
        # Each of these is for some of the objects: others can still be deleted (POL-12).
        policy(deny("s3:DeleteObject", f"{LEDGER}/*.csv")),
        policy(deny("s3:DeleteObject", [f"{LEDGER}/20*", f"{LEDGER}/archive/*"])),
        policy({"Effect": "Deny", "NotAction": "s3:GetObject", "Resource": f"{LEDGER}/*"}),
        policy({"Effect": "Deny", "Action": "s3:DeleteObject", "NotResource": PHOTOS}),
        policy(
            {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": f"{LEDGER}/*"},
            allow("s3:GetObject", f"{LEDGER}/*"),
        ),
        # Each of these leaves a way to delete: with MFA, from another address, in another year.
        policy(
            when(deny("s3:DeleteObject", f"{LEDGER}/*"), BoolIfExists={"aws:MultiFactorAuthPresent": "false"}),
        ),
        policy(when(deny("s3:DeleteObject", f"{LEDGER}/*"), NotIpAddress={"aws:SourceIp": "203.0.113.0/24"})),
        policy(when(deny("s3:DeleteObject", f"{LEDGER}/*"), DateLessThan={"aws:CurrentTime": "2027-01-01"})),
    ],
}

NOT_SAID = {
    "what an administrator has already is not allowed more": (
        "02.2",
        policy(allow("*"), deny("s3:DeleteObject", f"{LEDGER}/*")),
        "allows more",
    ),
}
