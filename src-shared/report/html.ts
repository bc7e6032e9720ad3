/** The page around a report: escaping, small building blocks, and one style sheet for screen (light, dark) and paper. */
import { style } from './style.ts';

/** Text made safe for HTML, attributes included. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** A picture that travels inside the page: a PNG in base64. */
export function pngImage(base64: string, description: string): string {
  return `<img src="data:image/png;base64,${base64}" alt="${escapeHtml(description)}">`;
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
