"""Let nothing but the console's own pages change anything, and let a page load nothing from elsewhere."""

from __future__ import annotations

from typing import Final

#: Scripts, styles and pictures are our own; no inline script or style is run.
HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
    "x-robots-tag": "noindex, nofollow",
}
