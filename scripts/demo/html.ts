/** The page around a report: escaping, small building blocks, and one style sheet for screen (light, dark) and paper. */

/** Text made safe for HTML, attributes included. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** A picture that travels inside the page. */
export function pngImage(png: Uint8Array, description: string): string {
  const data = Buffer.from(png).toString('base64');
  return `<img src="data:image/png;base64,${data}" alt="${escapeHtml(description)}">`;
}

export function figure(content: string, captionHtml: string): string {
  return `<figure>${content}<figcaption>${captionHtml}</figcaption></figure>`;
}

/** A table of text; the first column names the row. `numeric` columns are set flush right. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  numeric: readonly number[],
): string {
  const align = (column: number): string => (numeric.includes(column) ? ' class="number"' : '');
  const headHtml = head.map((text, column) => `<th scope="col"${align(column)}>${escapeHtml(text)}</th>`).join('');
  const bodyHtml = rows
    .map((row) => {
      const cells = row.map((text, column) =>
        column === 0 ? `<th scope="row">${escapeHtml(text)}</th>` : `<td${align(column)}>${escapeHtml(text)}</td>`,
      );
      return `<tr>${cells.join('')}</tr>`;
    })
    .join('');
  return `<div class="table"><table><thead><tr>${headHtml}</tr></thead><tbody>${bodyHtml}</tbody></table></div>`;
}

/** Commands to type, each with a word on what it is for. */
export function commandList(commands: readonly { readonly purpose: string; readonly command: string }[]): string {
  return commands
    .map(
      ({ purpose, command }) =>
        `<p class="purpose">${escapeHtml(purpose)}</p><pre><code>${escapeHtml(command)}</code></pre>`,
    )
    .join('');
}

const style = `
:root {
  color-scheme: light dark;
  --page: #fbfaf8; --card: #ffffff; --ink: #22252a; --soft: #6a7078; --line: #e2e0dc; --accent: #1f6f78; --pale: #1f6f7833;
  --code: #f2f0ec;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #15171a; --card: #1b1e22; --ink: #e4e6e8; --soft: #9aa1a9; --line: #2d3137; --accent: #6cc0c9; --pale: #6cc0c933;
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
.facts dd { margin: 0; font-size: 1.4rem; font-weight: 600; font-variant-numeric: tabular-nums; }
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
footer { margin-top: 4rem; border-top: 1px solid var(--line); padding-top: 1rem; color: var(--soft); font-size: 0.85rem; }
@media print {
  :root { --page: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #ccc; --accent: #1f6f78; --pale: #1f6f7844; --code: #f6f6f6; }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  h2 { break-after: avoid; margin-top: 1.6rem; }
  figure, .chart, .facts, tr, pre { break-inside: avoid; }
  figure img { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  pre { white-space: pre-wrap; }
}
`;

/** A whole document: nothing is fetched, nothing is run. */
export function page(title: string, bodyHtml: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body><main>${bodyHtml}</main></body>
</html>
`;
}
