/** Does what was imported of a scan show a face? Told from how much of it stands out from the air. */

/** Millilitres. The largest human brains with their fluid stay below this; a head has twice as much. */
export const largestBrainMl = 2200;

export const isWholeHead = (millilitres: number): boolean => millilitres > largestBrainMl;
