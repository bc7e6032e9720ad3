/** A picture of the panes as they stand, with letters, captions and the convention burned in. */

const font = 'system-ui, sans-serif';
const footerHeight = 28; // CSS pixels

/** Texts keep the place, size and colour that they have on the screen. */
function drawText(context: CanvasRenderingContext2D, text: HTMLElement, origin: DOMRect): void {
  const box = text.getBoundingClientRect();
  const style = getComputedStyle(text);
  context.font = `${style.fontWeight} ${style.fontSize} ${font}`;
  context.fillStyle = style.color;
  context.textBaseline = 'middle';
  context.fillText(text.innerText, box.left - origin.left, box.top - origin.top + box.height / 2);
}

function drawLine(context: CanvasRenderingContext2D, line: HTMLElement, origin: DOMRect, pane: DOMRect): void {
  const box = line.getBoundingClientRect();
  context.fillStyle = getComputedStyle(line).backgroundColor;
  const [right, bottom] = [Math.min(box.right, pane.right), Math.min(box.bottom, pane.bottom)];
  if (right > box.left && bottom > box.top) {
    context.fillRect(box.left - origin.left, box.top - origin.top, right - box.left, bottom - box.top);
  }
}

/** PNG of the part of every pane inside `panes` that is seen (`data-from`, `data-to`: shares of its width), with `footer` below. */
export async function screenshotOf(panes: HTMLElement, footer: string): Promise<Blob> {
  const scale = window.devicePixelRatio;
  const origin = panes.getBoundingClientRect();
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(origin.width * scale);
  canvas.height = Math.round((origin.height + footerHeight) * scale);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('The window has no memory left for a picture.');
  context.scale(scale, scale);
  context.fillStyle = '#000';
  context.fillRect(0, 0, origin.width, origin.height + footerHeight);
  for (const pane of panes.querySelectorAll<HTMLElement>('[data-pane]')) {
    const box = pane.getBoundingClientRect();
    const [from, to] = [Number(pane.dataset['from']), Number(pane.dataset['to'])];
    context.save();
    context.beginPath();
    context.rect(box.left - origin.left + from * box.width, box.top - origin.top, (to - from) * box.width, box.height);
    context.clip();
    for (const picture of pane.querySelectorAll('canvas')) {
      const at = picture.getBoundingClientRect();
      context.globalAlpha = Number(getComputedStyle(picture).opacity);
      if (picture.width > 0 && picture.height > 0) {
        context.drawImage(picture, at.left - origin.left, at.top - origin.top, at.width, at.height);
      }
      context.globalAlpha = 1;
    }
    for (const line of pane.querySelectorAll<HTMLElement>('i')) drawLine(context, line, origin, box);
    for (const text of pane.querySelectorAll<HTMLElement>('b, span')) drawText(context, text, origin);
    context.restore();
  }
  context.font = `12px ${font}`;
  context.fillStyle = '#e6e9eb';
  context.textBaseline = 'middle';
  context.fillText(footer, 8, origin.height + footerHeight / 2, origin.width - 16);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob === null ? reject(new Error('The picture could not be packed.')) : resolve(blob)));
  });
}

/** Hands a file to the user as a download. */
export function download(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // the download has begun long before
}
