"""How pages look on a wide screen, on a phone and on paper, and the script that draws their plots there."""

from __future__ import annotations

STYLE = """
:root{--ink:#1c2733;--quiet:#5b6770;--rule:#d9dee3;--thin:#eef1f3;--mark:#d55e00;--link:#0072b2}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;color:var(--ink);background:#fff}
body{max-width:1080px;margin:28px auto;padding:0 18px}
h1{font-size:25px;line-height:1.25;margin:0 0 4px}
h2{font-size:18px;margin:34px 0 10px;border-bottom:1px solid var(--rule);padding-bottom:3px}
h3{font-size:15px;margin:0}
p{margin:0 0 8px;max-width:82ch}
a{color:var(--link)}
.lead{font-size:16px}
.gap{margin-top:16px}
.note{color:var(--quiet);font-size:13px}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:10px;margin:16px 0 4px}
.fact{border:1px solid var(--rule);border-radius:6px;padding:8px 14px}
.fact b{display:block;font-size:20px;font-variant-numeric:tabular-nums;white-space:nowrap}
.fact span{color:var(--quiet);font-size:13px}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
td,th{padding:4px 18px 4px 0;text-align:left;vertical-align:top}
th{border-bottom:1px solid #8b949b;vertical-align:bottom}
tr+tr td{border-top:1px solid var(--thin)}
td.n,th.n{text-align:right}
td.n{white-space:nowrap}
tr.sum td{border-top:1px solid #8b949b;font-weight:600}
.plots{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:26px 36px}
.panel{min-width:0;display:flex;flex-direction:column}
.panel .note{margin:0 0 4px;flex:1}
.plot{height:310px}
.rule{border-left:3px solid var(--mark);padding:1px 0 1px 12px;margin:0 0 12px}
.rule .note{display:block}
@media screen and (max-width:720px){
body{margin:16px auto;padding:0 14px}
h1{font-size:21px}
.plots{grid-template-columns:minmax(0,1fr)}
td,th{padding-right:12px}
td:last-child:not(.n){min-width:13em}
.facts{grid-template-columns:1fr 1fr}
}
@page{size:A4;margin:14mm}
@media print{
body{margin:0;padding:0;max-width:none;font-size:10pt}
h1{font-size:17pt}
h2{font-size:13pt;break-after:avoid;margin-top:16px}
.lead{font-size:10.5pt}
.panel,.rule,.fact,tr{break-inside:avoid}
.facts{grid-template-columns:repeat(6,1fr);gap:6px}
.fact{padding:5px 8px}
.fact b{font-size:12pt}
.plots{grid-template-columns:1fr 1fr;gap:12px 14px}
.plot{height:255px}
td,th{padding-top:2px;padding-bottom:2px}
.note,.fact span{font-size:8.5pt}
.scroll{overflow:visible}
}
"""

SCRIPT = """
const drawn=JSON.parse(document.getElementById("figures").textContent),at=name=>document.getElementById(name);
const calm={responsive:true,displayModeBar:false};
for(const [name,each] of Object.entries(drawn))Plotly.newPlot(at(name),each.data,each.layout,calm);
const fit=size=>{for(const name of Object.keys(drawn))Plotly.relayout(at(name),size)};
addEventListener("beforeprint",()=>fit({width:330,height:255,autosize:false}));
addEventListener("afterprint",()=>fit({width:null,height:null,autosize:true}));
"""
"""Draws every plot in its place. Paper is narrower than a screen, so plots are drawn anew for it."""
