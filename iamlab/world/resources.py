"""What requests are about: S3 buckets and the objects in them."""

from __future__ import annotations

from dataclasses import dataclass

from iamlab.core.errors import IamlabError


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """An S3 bucket. ``bucket / "v2.zip"`` is the ARN of an object in it: bucket and object differ (POL-15).

    >>> photos = Bucket(name="acme-photos", account_id="111111111111")
    >>> photos.arn, photos / "1.jpg"
    ('arn:aws:s3:::acme-photos', 'arn:aws:s3:::acme-photos/1.jpg')
    """

    name: str
    account_id: str

    @property
    def arn(self) -> str:
        """The ARN of the bucket itself, for ``s3:ListBucket`` and its like."""
        return f"arn:aws:s3:::{self.name}"

    def __truediv__(self, key: str) -> str:
        if not isinstance(key, str) or not key:
            raise IamlabError('Write the key of an object: bucket / "photos/1.jpg".', code="InvalidInput")
        return f"{self.arn}/{key}"

    def __str__(self) -> str:
        return self.arn

    def __repr__(self) -> str:
        return f"<bucket {self.name} in {self.account_id}>"
