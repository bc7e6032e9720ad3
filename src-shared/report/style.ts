/** The style sheet of reports: light, dark and paper. Charts take their colours from it. */

export const style = `
:root {
  color-scheme: light dark;
  --page: #fbfaf8; --card: #ffffff; --ink: #22252a; --soft: #6a7078; --line: #e2e0dc; --accent: #1f6f78; --pale: #1f6f7833;
  --good: #2c7a3f; --bad: #a8471f;
  --series-1: #0b6478; --series-2: #b8530b; --series-3: #6d4ba3; --series-4: #3d7a1f; --series-5: #a3305f; --series-6: #5b6770;
  --code: #f2f0ec;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #15171a; --card: #1b1e22; --ink: #e4e6e8; --soft: #9aa1a9; --line: #2d3137; --accent: #6cc0c9; --pale: #6cc0c933;
    --good: #7fc98f; --bad: #e59a72;
    --series-1: #5cbdd0; --series-2: #eb9a5a; --series-3: #b59ae6; --series-4: #93cf72; --series-5: #ec86ad; --series-6: #a9b3ba;
    --code: #121417;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
main { max-width: 64rem; margin: 0 auto; padding: 3.5rem 1.5rem 5rem; }
h1 { font-size: 2rem; line-height: 1.2; font-weight: 650; letter-spacing: -0.01em; margin: 0 0 0.4rem; }
h2 { font-size: 1.25rem; font-weight: 620; margin: 3.25rem 0 0.6rem; }
p { margin: 0.5rem 0; max-width: 44rem; }
.lead { font-size: 1.1rem; color: var(--soft); }
.soft, figcaption { color: var(--soft); font-size: 0.9rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 0.75rem; margin: 1.75rem 0 0; }
.facts div { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 0.8rem 1rem; }
.facts dt { color: var(--soft); font-size: 0.82rem; }
.facts dd { margin: 0; line-height: 1.35; font-size: 1.4rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.facts small { font-size: 0.85rem; font-weight: 400; color: var(--soft); }
figure { margin: 1rem 0 1.5rem; }
figure img { display: block; width: 100%; height: auto; border-radius: 8px; background: #1a1a1a; }
figcaption { margin-top: 0.5rem; max-width: 44rem; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 0 1.25rem; }
.tag { display: inline-block; border: 1px solid var(--line); border-radius: 99px; padding: 0 0.6rem; font-size: 0.82rem; color: var(--soft); }
.tag.synthetic { border-color: var(--accent); color: var(--accent); }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: 1rem; margin: 1rem 0; }
.chart { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 0.8rem 0.9rem 0.5rem; margin: 0; }
.chart figcaption { margin: 0 0 0.2rem; font-size: 0.9rem; color: var(--ink); }
.chart svg { display: block; width: 100%; height: auto; }
.chart .raw { fill: none; stroke: var(--pale); stroke-width: 1; }
.chart .smooth { fill: none; stroke: var(--accent); stroke-width: 1.8; stroke-linejoin: round; }
.chart .grid { stroke: var(--line); stroke-width: 1; }
.chart text { fill: var(--soft); font-size: 10.5px; font-variant-numeric: tabular-nums; }
.chart .mark { fill: var(--accent); }
.chart .other { fill: var(--soft); }
.chart .pairing { stroke: var(--line); stroke-width: 1.2; }
.chart .limit { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 4 3; }
.chart .middle { stroke: var(--accent); stroke-width: 2; }
.chart .band { fill: var(--pale); }
.chart text.label { fill: var(--ink); }
.good { color: var(--good); }
.bad { color: var(--bad); }
.warning { border-left: 3px solid var(--bad); padding: 0.1rem 0 0.1rem 0.9rem; }
h3 { font-size: 1rem; font-weight: 600; margin: 1.4rem 0 0.3rem; }
details { margin: 0.8rem 0; }
summary { cursor: pointer; color: var(--soft); font-size: 0.92rem; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.94rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 0.45rem 0.9rem 0.45rem 0; border-bottom: 1px solid var(--line); vertical-align: top; font-weight: 400; }
thead th { color: var(--soft); font-size: 0.85rem; }
.number { text-align: right; padding-right: 1.2rem; }
pre { background: var(--code); border: 1px solid var(--line); border-radius: 8px; padding: 0.6rem 0.9rem; overflow-x: auto; margin: 0.3rem 0 1rem; }
code { font: 0.88rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.purpose { margin: 1rem 0 0; }
ul { padding-left: 1.2rem; max-width: 44rem; }
li { margin: 0.35rem 0; }
.verdict { font-size: 1.15rem; font-weight: 550; border-left: 3px solid var(--accent); padding: 0.1rem 0 0.1rem 0.9rem; margin: 1.2rem 0; }
.charts.large { grid-template-columns: minmax(0, 27rem); }
.charts.wide { grid-template-columns: minmax(0, 1fr); }
nav ol { columns: 2; column-gap: 2rem; padding-left: 1.4rem; font-size: 0.94rem; max-width: 44rem; }
a { color: var(--accent); }
.chart .line { fill: none; stroke-width: 1.5; stroke-linejoin: round; }
.chart .series-1 { stroke: var(--series-1); }
.chart .series-2 { stroke: var(--series-2); stroke-dasharray: 7 2; }
.chart .series-3 { stroke: var(--series-3); stroke-dasharray: 2 2; }
.chart .series-4 { stroke: var(--series-4); stroke-dasharray: 7 2 2 2; }
.chart .series-5 { stroke: var(--series-5); stroke-dasharray: 4 3; }
.chart .series-6 { stroke: var(--series-6); stroke-dasharray: 1 3; }
.chart .faint { stroke: var(--soft); stroke-width: 1; opacity: 0.6; }
.chart .summary { stroke: var(--ink); stroke-width: 2.6; }
.chart .bar { stroke: var(--soft); stroke-width: 1.6; }
.chart .kind-1 { fill: var(--soft); }
.chart .kind-2 { fill: var(--accent); }
.chart .cell { fill: none; stroke: var(--line); }
.chart .heat { fill: var(--accent); }
svg.case { display: block; width: 100%; max-width: 44rem; height: auto; border-radius: 8px; background: #000; margin: 0.4rem 0; }
svg.case circle.click { fill: none; stroke: #ffd23f; stroke-width: 1.6; }
svg.case circle.far { fill: #ffd23f; stroke: none; opacity: 0.75; }
svg.case text.click { fill: #ffd23f; font-size: 12px; paint-order: stroke; stroke: #000; stroke-width: 2px; }
.case-block { margin: 1rem 0 1.8rem; }
h4 { font-size: 0.98rem; font-weight: 600; margin: 0.6rem 0 0; }
.todo { color: var(--bad); font-weight: 600; }
td, th { overflow-wrap: break-word; }
table.prose td, table.prose th { font-size: 0.88rem; }
footer { margin-top: 4rem; border-top: 1px solid var(--line); padding-top: 1rem; color: var(--soft); font-size: 0.85rem; }
@page { size: A4; margin: 16mm 14mm 18mm; }
@media print {
  :root { color-scheme: light; --page: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #ccc; --accent: #1f6f78; --pale: #1f6f7844; --good: #1c5c2d; --bad: #8a3815; --code: #f6f6f6;
    --series-1: #0b6478; --series-2: #b8530b; --series-3: #6d4ba3; --series-4: #3d7a1f; --series-5: #a3305f; --series-6: #5b6770; }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  h2, h3, h4 { break-after: avoid; }
  h2 { margin-top: 1.6rem; }
  figure, .chart, .facts, tr, pre, .verdict, .warning, .case-block { break-inside: avoid; }
  thead { display: table-header-group; }
  .table { overflow: visible; }
  table { font-size: 8.8pt; }
  th, td { padding: 0.25rem 0.6rem 0.25rem 0; }
  .charts { grid-template-columns: 1fr 1fr; }
  dl.facts { grid-template-columns: repeat(5, 1fr); }
  .facts dd { font-size: 1.1rem; }
  nav { break-inside: avoid; }
  svg.case { width: 150mm; }
  figure img { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  pre { white-space: pre-wrap; }
}
`;
