"""Pages have rules for a phone and for paper, and plots are drawn anew for print."""

from __future__ import annotations

from metaorder.usecases.page_style import SCRIPT, STYLE


def test_a_phone_and_paper_have_their_rules() -> None:
    assert "@media screen and (max-width:720px)" in STYLE
    assert "@media print" in STYLE
    assert 'addEventListener("beforeprint"' in SCRIPT
    assert STYLE.count("{") == STYLE.count("}")
