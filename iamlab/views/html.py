"""HTML put together from escaped parts. Nothing else in iamlab writes a tag."""

from __future__ import annotations

import re
from html import escape
from typing import Final


class Markup(str):
    """Text that is HTML already; every other text is escaped where it is used."""

    __slots__ = ()


def markup(value: str) -> Markup:
    """HTML stays, text is escaped.

    >>> markup("<script>")
    '&lt;script&gt;'
    """
    return value if isinstance(value, Markup) else Markup(escape(value))


def join(*parts: str) -> Markup:
    """Several pieces of text or HTML in a row."""
    return Markup("".join(markup(part) for part in parts))


def element(tag: str, content: str = "", *, cls: str = "", **attributes: str) -> Markup:
    """One element; attribute values are escaped, and an attribute with an empty value is left out.

    >>> element("p", "a < b", cls="note")
    '<p class="note">a &lt; b</p>'
    """
    given = {"class": cls, **attributes}
    written = "".join(f' {name.replace("_", "-")}="{escape(value)}"' for name, value in given.items() if value)
    return Markup(f"<{tag}{written}>{markup(content)}</{tag}>")


def code(text: str) -> Markup:
    """A name or value, as code."""
    return element("code", text)


def breakable(text: str) -> Markup:
    """Text that may be broken where an ARN has its colons and slashes, so that a table stays as wide as its page.

    >>> breakable("s3:GetObject on arn:aws:s3:::b/k")
    's3:GetObject on arn:<wbr>aws:<wbr>s3:::<wbr>b/<wbr>k'
    """
    return Markup(re.sub(r"arn:\S+", lambda arn: re.sub(r"(:+|/+)(?=.)", r"\1<wbr>", arn.group()), markup(text)))


STYLE: Final = """
.iamlab { color: var(--jp-content-font-color1, #1b1b1b); line-height: 1.5; max-width: 62rem; }
.iamlab p { margin: 0.4em 0; }
.iamlab code, .iamlab pre { font-family: var(--jp-code-font-family, monospace); font-size: 0.92em;
  background: var(--jp-layout-color2, #f0f0f0); color: inherit; border-radius: 3px; }
.iamlab code { padding: 0 0.25em; overflow-wrap: anywhere; }
.iamlab pre { padding: 0.5em 0.7em; white-space: pre-wrap; overflow-wrap: break-word; word-break: normal; }
.iamlab.iamlab table { border-collapse: collapse; margin: 0.6em 0; }
.iamlab.iamlab table th, .iamlab.iamlab table td { text-align: left; vertical-align: top; padding: 0.3em 0.7em;
  border-bottom: 1px solid var(--jp-border-color1, #bbb); font-weight: normal; overflow-wrap: break-word;
  background: transparent; color: inherit; white-space: normal; }
.iamlab.iamlab table thead th, .iamlab.iamlab table .iamlab-decides * { font-weight: bold; }
.iamlab-verdict { color: white; padding: 0.1em 0.6em; border-radius: 4px; white-space: nowrap; }
.iamlab-rule { border-left: 4px solid var(--jp-border-color1, #999); padding-left: 0.7em; }
.iamlab .iamlab-marked { display: inline-block; width: 100%; border-left: 4px solid #0072b2; font-weight: 600; }
.iamlab a { color: var(--jp-content-link-color, #0b5cad); text-decoration: underline; }
"""


def page(content: str, *, label: str) -> Markup:
    """A finished piece of output: styled for light and dark themes, and a region with a name for screen readers."""
    return join(Markup(f"<style>{STYLE}</style>"), element("section", content, cls="iamlab", aria_label=label))
