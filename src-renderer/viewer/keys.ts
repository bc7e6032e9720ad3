/** The keyboard of the viewer: which key does what, in one table that the help panel shows as well. */

export const actions = [
  'help',
  'sliceNext',
  'slicePrevious',
  'sliceNextTen',
  'slicePreviousTen',
  'moveLeft',
  'moveRight',
  'moveUp',
  'moveDown',
  'paneNext',
  'panLeft',
  'panRight',
  'panUp',
  'panDown',
  'zoomIn',
  'zoomOut',
  'windowAuto',
  'windowBrighter',
  'windowDarker',
  'windowWider',
  'windowNarrower',
  'reset',
  'convention',
  'crosshair',
  'labels',
  'labelsMore',
  'labelsLess',
  'compareSide',
  'compareSplit',
  'compareFlicker',
  'compareDifference',
  'compareSwap',
  'screenshot',
] as const;
export type Action = (typeof actions)[number];

interface Key {
  readonly key: string;
  readonly shift: boolean;
  readonly action: Action;
  /** As the help panel writes it. */
  readonly shown: string;
}

const plain = (key: string, action: Action, shown = key.toUpperCase()): Key => ({ key, shift: false, action, shown });
const shifted = (key: string, action: Action, shown: string): Key => ({ key, shift: true, action, shown });

/** Characters that take Shift on some keyboards and not on others are told by themselves. */
const free = new Set(['?', '+', '=', '-', '_', '[', ']', '{', '}', '<', '>', ',', '.']);

export const keys: readonly Key[] = [
  plain('?', 'help', '?'),
  plain('pageup', 'sliceNext', 'Page Up'),
  plain('pagedown', 'slicePrevious', 'Page Down'),
  shifted('pageup', 'sliceNextTen', 'Shift Page Up'),
  shifted('pagedown', 'slicePreviousTen', 'Shift Page Down'),
  plain('arrowleft', 'moveLeft', '←'),
  plain('arrowright', 'moveRight', '→'),
  plain('arrowup', 'moveUp', '↑'),
  plain('arrowdown', 'moveDown', '↓'),
  plain('v', 'paneNext'),
  shifted('arrowleft', 'panLeft', 'Shift ←'),
  shifted('arrowright', 'panRight', 'Shift →'),
  shifted('arrowup', 'panUp', 'Shift ↑'),
  shifted('arrowdown', 'panDown', 'Shift ↓'),
  plain('+', 'zoomIn', '+'),
  plain('=', 'zoomIn', '='),
  plain('-', 'zoomOut', '−'),
  plain('a', 'windowAuto'),
  plain(']', 'windowBrighter', ']'),
  plain('[', 'windowDarker', '['),
  plain('}', 'windowWider', '}'),
  plain('{', 'windowNarrower', '{'),
  plain('r', 'reset'),
  plain('n', 'convention'),
  plain('c', 'crosshair'),
  plain('l', 'labels'),
  plain('.', 'labelsMore', '.'),
  plain(',', 'labelsLess', ','),
  plain('s', 'compareSide'),
  plain('w', 'compareSplit'),
  plain('f', 'compareFlicker'),
  plain('d', 'compareDifference'),
  plain('x', 'compareSwap'),
  plain('p', 'screenshot'),
];

interface Pressed {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** null for keys that belong to the window or to nobody. */
export function actionOf(pressed: Pressed): Action | null {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey) return null;
  const key = pressed.key.toLowerCase();
  const found = keys.find((each) => each.key === key && (free.has(key) || each.shift === pressed.shiftKey));
  return found?.action ?? null;
}
