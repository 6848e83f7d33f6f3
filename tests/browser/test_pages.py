"""What looks at pages sees what is wrong with one."""

from __future__ import annotations

import pytest

from tests.browser.pages import OpenPage, faults

_PAGE = """<!doctype html><html lang="en"><head><title>A page</title></head>
<body style="color:#222;background:#fff"><main><h1>A page</h1>{}</main></body></html>"""


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        pytest.param("<p>Good.</p>", "", id="nothing"),
        pytest.param("<input>", "label", id="no label"),
        pytest.param('<p style="color:#bbb">Pale</p>', "color-contrast", id="pale letters"),
        pytest.param('<button style="font-size:9px;padding:0;border:0">x</button>', "too small", id="small target"),
        pytest.param('<div style="width:900px">Wide</div>', "wider than the screen", id="too wide"),
    ],
)
def test_a_fault_is_found(content: str, fault: str, open_page: OpenPage) -> None:
    page = open_page("http://127.0.0.1", width=320)
    page.set_content(_PAGE.format(content))

    found = faults(page)

    assert fault in " ".join(found) if fault else found == []
