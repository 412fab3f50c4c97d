"""A page carries plotly.js only where there is a plot, and no text of a client's as markup."""

from __future__ import annotations

from metaorder.usecases.page_frame import Panel, document, panels, table


def test_a_page_without_plots_is_small() -> None:
    nothing = Panel(name="empty", title="Empty", note="Nothing was filled.", figure=None)
    text = document("A page", panels([nothing]), [nothing])
    assert len(text) < 10_000
    assert "<script" not in text
    assert "Nothing was filled." in text


def test_data_cannot_end_the_script_that_carries_it() -> None:
    evil = Panel(name="plot", title="<b>", note="", figure={"data": [{"name": "</script><script>alert(1)"}], "layout": {}})
    text = document("A page", panels([evil]), [evil])
    assert "</script><script>alert" not in text
    assert "<b>" not in text


def test_the_last_row_of_a_table_may_be_its_sum() -> None:
    text = table(("a", "b"), [("one", "1"), ("**all**", "**1**")], {1})
    assert '<tr class="sum"><td>all</td><td class="n">1</td></tr>' in text
