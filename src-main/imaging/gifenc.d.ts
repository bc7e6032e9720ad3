/** The part of gifenc that is used here; the package brings no types. */
declare module 'gifenc' {
  export interface Encoder {
    /** A frame of palette indices, row by row. */
    writeFrame(
      index: Uint8Array,
      width: number,
      height: number,
      options: {
        /** [red, green, blue] each; of the first frame, for all. */
        readonly palette?: readonly (readonly [number, number, number])[];
        /** Milliseconds. */
        readonly delay: number;
        /** Times to play it: 0 is for ever. */
        readonly repeat?: number;
      },
    ): void;
    finish(): void;
    bytes(): Uint8Array;
  }
  export function GIFEncoder(): Encoder;
}
