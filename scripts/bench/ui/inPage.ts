/**
 * What is timed inside the page, where no message to another process is in the figures. Each function is carried into
 * the page as text: it may use nothing but its argument.
 */

export interface Opening {
  /** From the click to the last of the three views showing the new scan, in ms. */
  readonly shownMs: number;
  /** The longest time that the page could not answer meanwhile, in ms. */
  readonly blockedMs: number;
}

/** Clicks on the volume that is named so in the list, and waits until all three views show another picture. */
export function openVolume(name: string): Promise<Opening> {
  const limitMs = 30_000;
  const side = 16;
  const small = document.createElement('canvas');
  small.width = small.height = side;
  const context = small.getContext('2d', { willReadFrequently: true });
  const button = [...document.querySelectorAll<HTMLElement>('nav button')].find((each) => each.title === name);
  if (button === undefined || context === null) throw new Error(`There is no volume ${name} in the list.`);
  /** The pixels of each view; empty where it is black. */
  const pictures = (): string[] =>
    [...document.querySelectorAll<HTMLCanvasElement>('[data-pane] canvas:first-of-type')]
      .filter((canvas) => canvas.closest('.picture') !== null)
      .map((canvas) => {
        if (canvas.width === 0) return '';
        context.drawImage(canvas, 0, 0, side, side);
        const { data } = context.getImageData(0, 0, side, side);
        const red = data.filter((_, index) => index % 4 === 0);
        return red.some((value) => value > 40) ? red.join() : '';
      });
  return new Promise((resolve, reject) => {
    const before = pictures();
    const started = performance.now();
    let last = started;
    let blockedMs = 0;
    const { port1, port2 } = new MessageChannel();
    let isOver = false;
    port1.onmessage = () => {
      const now = performance.now();
      blockedMs = Math.max(blockedMs, now - last);
      last = now;
      if (!isOver) setTimeout(() => port2.postMessage(null), 4);
    };
    const look = (): void => {
      const now = pictures();
      const isShown = now.length === 3 && now.every((picture, index) => picture !== '' && picture !== before[index]);
      const shownMs = performance.now() - started;
      if (!isShown && shownMs < limitMs) return void requestAnimationFrame(look);
      isOver = true;
      port1.close();
      if (isShown) resolve({ shownMs, blockedMs });
      else {
        const states = now.map((picture, index) =>
          picture === '' ? 'black' : picture === before[index] ? 'old' : 'new',
        );
        const words = [...document.querySelectorAll('[role=alert], [role=status]')].map((each) =>
          each.textContent.trim(),
        );
        reject(
          new Error(
            `${name} was not on the screen after ${String(limitMs / 1000)} s: ${[...states, ...words].join(', ')}`,
          ),
        );
      }
    };
    button.click();
    port2.postMessage(null);
    requestAnimationFrame(look);
  });
}

/**
 * Turns the wheel over the axial view, one slice a picture, for `seconds`; pictures a second. Reading a pixel back makes
 * sure that each picture was really drawn before the next is asked for.
 */
export function scrollSlices(seconds: number): Promise<number> {
  const picture = document.querySelector<HTMLElement>('[data-pane="upper-axial"] .picture');
  const canvas = picture?.querySelector('canvas');
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  if (!picture || !canvas || context === null) throw new Error('No volume is open.');
  return new Promise((resolve) => {
    const started = performance.now();
    let drawn = 0;
    const step = (): void => {
      context.drawImage(canvas, 0, 0, 1, 1);
      context.getImageData(0, 0, 1, 1);
      const elapsed = (performance.now() - started) / 1000;
      if (elapsed >= seconds) return resolve(drawn / elapsed);
      drawn += 1;
      const deltaY = Math.floor(drawn / 40) % 2 === 0 ? -1 : 1; // forty slices up, forty down
      picture.dispatchEvent(new WheelEvent('wheel', { deltaY, bubbles: true, cancelable: true }));
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
}

export interface Scrolling {
  readonly perSecond: number;
  /** Frames that came late, of all that 60 a second would have had. */
  readonly dropped: number;
  readonly frames: number;
}

/** Scrolls the gallery from its top by 24 pixels a frame for `seconds`. */
export function scrollGallery(seconds: number): Promise<Scrolling> {
  const frameMs = 1000 / 60;
  const scroller = document.querySelector<HTMLElement>('.scroller');
  if (scroller === null) throw new Error('The gallery is not on the screen.');
  scroller.scrollTop = 0;
  return new Promise((resolve) => {
    const started = performance.now();
    let last = started;
    let frames = 0;
    let dropped = 0;
    const step = (now: number): void => {
      if (frames > 0) dropped += Math.max(0, Math.round((now - last) / frameMs) - 1);
      last = now;
      frames += 1;
      const elapsed = (performance.now() - started) / 1000;
      if (elapsed >= seconds) return resolve({ perSecond: frames / elapsed, dropped, frames: frames + dropped });
      scroller.scrollTop += 24;
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
}

/** Clicks on another page's name in the rail; ms until that page stands there and the window answers again. */
export function showPage(name: string): Promise<number> {
  const link = [...document.querySelectorAll<HTMLElement>('nav a')].find((each) => each.textContent.trim() === name);
  const page = document.querySelector('main');
  if (link === undefined || page === null) throw new Error(`The rail has no page ${name}.`);
  const before = page.firstElementChild;
  if (link.classList.contains('router-link-exact-active')) return Promise.resolve(0);
  return new Promise((resolve) => {
    const started = performance.now();
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve(performance.now() - started);
    };
    const look = (): void => {
      if (page.firstElementChild === before || page.firstElementChild === null) requestAnimationFrame(look);
      else requestAnimationFrame(() => port2.postMessage(null)); // after that frame the page takes input
    };
    link.click();
    requestAnimationFrame(look);
  });
}

/** Turns the switch of the loss curves; ms until they are drawn anew. */
export function redrawCurves(): Promise<number> {
  const control = document.querySelector<HTMLElement>('.curves .el-switch');
  if (control === null) throw new Error('No loss curves are on the screen.');
  return new Promise((resolve) => {
    const started = performance.now();
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve(performance.now() - started);
    };
    control.click();
    requestAnimationFrame(() => port2.postMessage(null));
  });
}
