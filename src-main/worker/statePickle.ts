/**
 * The pickle inside a file of `torch.save`: a small stack language in which Python writes down objects, and which can ask
 * for any function of any module to be called. Here nothing of Python's is ever called: the few names that a table of
 * tensors needs are known, and any other is refused by name (PyTorch's own list for `weights_only=True` is the model).
 */
import { BufferReader, Parser } from 'pickleparser';
import { AppError } from '#contract/errors.ts';
import { damaged, elementsOf, quoted, type NumberType } from './tensorSource.ts';

/** A piece of the file that holds numbers of one type; several tensors may share it. */
export interface StorageReference {
  readonly key: string;
  readonly type: NumberType;
  readonly count: number;
}

/** A tensor: a shape laid over a storage. Offset and strides count elements. */
export interface TensorView {
  readonly storage: StorageReference;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

const storageTypes: Readonly<Record<string, NumberType>> = {
  DoubleStorage: 'F64',
  FloatStorage: 'F32',
  HalfStorage: 'F16',
  BFloat16Storage: 'BF16',
  LongStorage: 'I64',
  IntStorage: 'I32',
  ShortStorage: 'I16',
  CharStorage: 'I8',
  ByteStorage: 'U8',
  BoolStorage: 'BOOL',
};

/** Strings and numbers of a state dict are shorter. */
const longestPiece = 1 << 16;

/** Never goes backwards and takes no long pieces: a pickle cannot be made to loop, nor to compute with long numbers. */
class ForwardReader extends BufferReader {
  override skip(count: number): void {
    if (!(count >= 0)) throw damaged('its list of tensors goes backwards');
    super.skip(count);
  }

  override bytes(length: number): ReturnType<BufferReader['bytes']> {
    if (length > longestPiece) throw damaged('its list of tensors has a piece that belongs to no tensor');
    return super.bytes(length);
  }
}

/** What the names of the list stand for. Created for each file, so that no file can leave anything behind. */
function allowedNames(): ReadonlyMap<string, (...given: unknown[]) => unknown> {
  const names = new Map<string, (...given: unknown[]) => unknown>([
    ['collections.OrderedDict', (items) => new Map((items ?? []) as [unknown, unknown][])],
    ['torch._utils._rebuild_tensor_v2', (...given) => tensorOf(given)],
    ['torch._utils._rebuild_parameter', (tensor) => tensor],
  ]);
  for (const [name, type] of Object.entries(storageTypes)) names.set(`torch.${name}`, () => type);
  return names;
}

/**
 * What the pickle holds: maps, lists, strings, numbers and tensors (`TensorView`). Throws AppError: 'bad-input' names what
 * else it asks for, 'checkpoint-damaged'.
 */
export function parseStatePickle(bytes: Uint8Array): unknown {
  const names = allowedNames();
  const parser = new Parser({
    unpicklingTypeOfDictionary: 'Map',
    nameResolver: {
      resolve(module, name) {
        const asked = `${module}.${name}`;
        const allowed = names.get(asked);
        if (allowed === undefined) throw refused(asked);
        return allowed;
      },
    },
    persistentResolver: { resolve: (reference: unknown) => storageOf(reference) },
    extensionResolver: {
      resolve(code) {
        throw refused(`extension ${String(code)}`);
      },
    },
  });
  try {
    return parser.read<unknown>(new ForwardReader(bytes));
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    throw damaged('its list of tensors is broken', { cause: thrown });
  }
}

function refused(asked: string): AppError {
  return new AppError(
    'bad-input',
    `The file asks for ${quoted(asked)}, which has no place in a table of tensors and could run a program. Nothing was run. Save the weights alone: torch.save(model.state_dict(), FILE).`,
  );
}

/** ('storage', type, key, device, count). */
function storageOf(reference: unknown): StorageReference {
  const [word, kind, key, , count] = Array.isArray(reference) ? (reference as unknown[]) : [];
  const type = typeof kind === 'function' ? (kind as () => unknown)() : undefined;
  if (word !== 'storage' || !isNumberType(type) || typeof key !== 'string' || !isCount(count))
    throw damaged('its list of tensors names a storage in a way that is not known');
  return Object.freeze({ key, type, count });
}

/** (storage, offset, shape, strides, …): `_rebuild_tensor_v2`. */
function tensorOf([storage, offset, shape, strides]: unknown[]): TensorView {
  const isView =
    isStorage(storage) && isCount(offset) && isCounts(shape) && isCounts(strides) && shape.length === strides.length;
  if (!isView) throw damaged('its list of tensors describes one in a way that is not known');
  return Object.freeze({ storage, offset, shape: [...shape], strides: [...strides] });
}

const isNumberType = (value: unknown): value is NumberType =>
  typeof value === 'string' && Object.values(storageTypes).includes(value as NumberType);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isCounts = (value: unknown): value is number[] => Array.isArray(value) && value.every(isCount);
const isStorage = (value: unknown): value is StorageReference =>
  typeof value === 'object' && value !== null && 'key' in value && 'type' in value && 'count' in value;
const isTensor = (value: unknown): value is TensorView =>
  typeof value === 'object' && value !== null && 'storage' in value && isStorage(value.storage) && 'strides' in value;

/** Under which the table of tensors stands in files that hold more. */
const wrappers = ['state_dict', 'model_state_dict', 'model'];
const deepest = 8; // levels of tables in tables

/** The tensors of what `parseStatePickle` read, by dotted name, out of their wrapping. Throws AppError 'bad-input', 'checkpoint-damaged'. */
export function tensorsOf(root: unknown): ReadonlyMap<string, TensorView> {
  const views = new Map<string, TensorView>();
  collect(unwrap(root), { prefix: '', level: 0, seen: new Set(), views });
  if (views.size === 0)
    throw new AppError('bad-input', 'The file holds no named tensors. Save a state dict: torch.save(model.state_dict(), FILE).'); // prettier-ignore
  for (const [name, { storage, offset, shape, strides }] of views) {
    const count = elementsOf(name, shape);
    const span = shape.reduce((last, length, axis) => last + (length - 1) * (strides[axis] ?? 0), 1);
    if (count > 0 && !(offset + span <= storage.count))
      throw damaged(`tensor ${quoted(name)} reaches beyond its storage`);
  }
  return views;
}

function unwrap(root: unknown): unknown {
  let table = root;
  for (let level = 0; level < deepest && table instanceof Map; level++) {
    const map: ReadonlyMap<unknown, unknown> = table;
    if ([...map.values()].some(isTensor)) break;
    const wrapper = wrappers.find((name) => map.get(name) instanceof Map);
    if (wrapper === undefined) break;
    table = map.get(wrapper);
  }
  return table;
}

interface Collecting {
  readonly prefix: string;
  readonly level: number;
  /** Tables that were looked through: a pickle can put one into itself. */
  readonly seen: Set<unknown>;
  readonly views: Map<string, TensorView>;
}

/** Tables in tables give dotted names; what is no tensor (epochs, an optimiser's numbered states) is passed over. */
function collect(table: unknown, { prefix, level, seen, views }: Collecting): void {
  if (!(table instanceof Map) || level > deepest || seen.has(table)) return;
  seen.add(table);
  for (const [key, value] of table as ReadonlyMap<unknown, unknown>) {
    if (typeof key !== 'string') continue;
    const name = `${prefix}${key}`;
    if (isTensor(value)) views.set(name, value);
    else collect(value, { prefix: `${name}.`, level: level + 1, seen, views });
  }
}
