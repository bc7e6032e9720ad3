/** Files of named tensors, whatever their format: opened once, then read a tensor at a time. */
import { open } from 'node:fs/promises';
import { AppError } from '#contract/errors.ts';
import { plainNames } from './plainNames.ts';
import { openSafetensors } from './safetensors.ts';
import { openStateDict } from './stateDict.ts';
import type { TensorFile } from './tensorSource.ts';

const zipMagic = 'PK\u0003\u0004';
/** The first bytes of what `torch.save` wrote until version 1.6: a pickled number, or before that a tar archive. */
const oldPickle = '\u0080\u0002\u008a\n';
const tarMagic = { text: 'ustar', at: 257 };

/**
 * A PyTorch state dict (`.pth`, `.pt`) or a safetensors file, told apart by content, under its plain names.
 * Throws AppError: 'not-found', 'bad-input' (of another format, or it asks for more than tensors), 'checkpoint-damaged'.
 */
export async function openTensorFile(path: string): Promise<TensorFile> {
  const start = await readStart(path);
  if (start.startsWith(zipMagic)) return plainNames(await openStateDict(path));
  if (start.startsWith(oldPickle) || start.startsWith(tarMagic.text, tarMagic.at)) {
    throw new AppError(
      'bad-input',
      'The file is in the format that PyTorch wrote before version 1.6. Open it there and save it again: torch.save(torch.load(FILE, map_location="cpu"), FILE).',
    );
  }
  return plainNames(await openSafetensors(path));
}

async function readStart(path: string): Promise<string> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw new AppError('not-found', `There is no file of weights that can be read at ${path}.`, { cause });
  });
  try {
    const bytes = Buffer.alloc(tarMagic.at + tarMagic.text.length);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0).catch((cause: unknown) => {
      throw new AppError('not-found', `${path} is a folder, not a file of weights.`, { cause });
    });
    return bytes.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}
