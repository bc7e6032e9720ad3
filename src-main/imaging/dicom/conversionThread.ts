/**
 * The thread in which dcm2niix turns one series into NIfTI, in memory: its files are read here under numbers for names,
 * nothing is written, and what it prints, which may name a patient, is dropped. A thread can be ended when a damaged file
 * makes the converter run on and on.
 */
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { Conversion, ConversionTask } from './convertSeries.ts';

/** What is used of the module that Emscripten made. */
interface Converter {
  readonly FS: {
    mkdir(path: string): void;
    writeFile(path: string, bytes: Uint8Array): void;
    readFile(path: string): Uint8Array<ArrayBuffer>;
    readdir(path: string): string[];
  };
  callMain(args: string[]): number;
}
type CreateConverter = (options: { print: () => void; printErr: () => void }) => Promise<Converter>;

const inFolder = '/in';
const outFolder = '/out';
/**
 * No sidecar, no gzip, a name without anything of the header, Philips' precise scaling, intensities as stored, neither
 * cropped nor turned.
 */
const settings = ['-b', 'n', '-z', 'n', '-f', 'scan', '-p', 'y', '-l', 'o', '-x', 'i', '-o', outFolder];

async function convert({ paths }: ConversionTask): Promise<Conversion> {
  // The package's own entry expects a browser; the build with JPEG lies beside it.
  const build = new URL('./dcm2niix.jpeg.js', import.meta.resolve('@niivue/dcm2niix'));
  const { default: createConverter } = (await import(build.href)) as { default: CreateConverter };
  const silent = (): void => undefined;
  const converter = await createConverter({ print: silent, printErr: silent });
  converter.FS.mkdir(inFolder);
  converter.FS.mkdir(outFolder);
  for (const [index, path] of paths.entries())
    converter.FS.writeFile(`${inFolder}/${String(index).padStart(6, '0')}.dcm`, readFileSync(path));
  const code = converter.callMain([...settings, inFolder]);
  const images = converter.FS.readdir(outFolder)
    .filter((name) => name.endsWith('.nii'))
    .map((name) => ({ name: name.replace(/^scan|\.nii$/g, ''), bytes: converter.FS.readFile(`${outFolder}/${name}`) }));
  return { code, images };
}

const conversion = await convert(workerData as ConversionTask);
parentPort?.postMessage(
  conversion,
  conversion.images.map(({ bytes }) => bytes.buffer),
);
