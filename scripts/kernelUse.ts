/**
 * Where the time of a run goes: every operation that TensorFlow is asked for, counted by name and shapes, with the
 * multiplications and additions of those that do the work (convolutions, their gradients, matrix products).
 */
import type * as TensorFlow from '@tensorflow/tfjs';

export interface KernelUse {
  /** Name, shapes of the inputs → shape of the output. */
  readonly kernel: string;
  readonly calls: number;
  /** Of the processor, all cores. */
  readonly seconds: number;
  /** 10⁹ multiplications and additions; 0 for what moves or maps values. */
  readonly gflop: number;
}

type Shape = readonly number[];

interface OpResult {
  readonly id: number;
  readonly shape: Shape;
}

/** What is used of the package's native binding and of the class around it. */
interface Binding {
  executeOp(name: string, attributes: unknown[], inputIds: number[], outputs: number): OpResult[];
}
interface NodeBackend {
  binding: Binding;
  getInputTensorIds(tensors: readonly TensorFlow.TensorInfo[]): number[];
}

/** Runs `work` and says what it asked of TensorFlow, the costliest first. */
export async function watchKernels(tf: typeof TensorFlow, work: () => Promise<unknown>): Promise<KernelUse[]> {
  const backend = tf.backend() as unknown as NodeBackend;
  const { binding, getInputTensorIds } = backend;
  const shapes = new Map<number, Shape>();
  const uses = new Map<string, KernelUse>();
  const watching: Binding = {
    executeOp(name, attributes, inputIds, outputs) {
      const started = process.cpuUsage();
      const results = binding.executeOp(name, attributes, inputIds, outputs);
      const { user, system } = process.cpuUsage(started);
      for (const { id, shape } of results) shapes.set(id, shape);
      const inputs = inputIds.map((id) => shapes.get(id) ?? []);
      const output = results[0]?.shape ?? [];
      const kernel = `${name} ${inputs.slice(0, 3).map(inWords).join(' ')} → ${inWords(output)}`;
      const before = uses.get(kernel);
      uses.set(kernel, {
        kernel,
        calls: (before?.calls ?? 0) + 1,
        seconds: (before?.seconds ?? 0) + (user + system) / 1e6,
        gflop: (before?.gflop ?? 0) + operations(name, inputs, output) / 1e9,
      });
      return results;
    },
  };
  backend.binding = Object.setPrototypeOf(watching, binding) as Binding;
  backend.getInputTensorIds = (tensors) => {
    const ids = getInputTensorIds.call(backend, tensors);
    ids.forEach((id, index) => shapes.set(id, tensors[index]?.shape ?? []));
    return ids;
  };
  try {
    await work();
  } finally {
    backend.binding = binding;
    backend.getInputTensorIds = getInputTensorIds;
  }
  return [...uses.values()].sort((a, b) => b.seconds - a.seconds);
}

const rowsOfTable = 40;

/** The costliest, a line each: milliseconds of the processor, share, calls, operations and their rate. */
export function kernelTable(uses: readonly KernelUse[]): string {
  const total = uses.reduce((sum, { seconds }) => sum + seconds, 0);
  const lines = uses.slice(0, rowsOfTable).map(({ kernel, calls, seconds, gflop }) => {
    const share = `${((100 * seconds) / total).toFixed(1)} %`;
    const work = gflop === 0 ? '' : `${gflop.toFixed(1)} GFLOP, ${(gflop / seconds).toFixed(0)}/s`;
    const figures = [`${(1000 * seconds).toFixed(0)} ms`, share, `${String(calls)} ×`, work];
    return [...figures.map((figure) => figure.padStart(8)), kernel].join('  ');
  });
  return `${lines.join('\n')}\n`;
}

const inWords = (shape: Shape): string => `[${shape.join(',')}]`;
const product = (values: Shape): number => values.reduce((all, value) => all * value, 1);
/** Batch times voxels of [b, d, h, w, c]. */
const places = (shape: Shape): number => product(shape.slice(0, -1));

/** Multiplications and additions of a call; all taps of a filter count, those beyond the border too. */
function operations(name: string, [first = [], second = [], third = []]: readonly Shape[], output: Shape): number {
  switch (name) {
    case 'Conv3D':
    case '_MklNativeFusedConv3D':
      return 2 * product(second) * places(output);
    case 'Conv3DBackpropInputV2':
      return 2 * product(second) * places(third);
    case 'Conv3DBackpropFilterV2':
      return 2 * product(output) * places(third);
    case 'BatchMatMulV2': {
      // [.., n, k] × [.., k, m] → [.., n, m], where one of the first two may be given once for all
      const [rows, columns] = [output.at(-2) ?? 1, output.at(-1) ?? 1];
      const inner = Math.round(product(first.slice(-2)) / rows);
      return product(second) === 0 ? 0 : 2 * product(output.slice(0, -2)) * rows * columns * inner;
    }
    default:
      return 0;
  }
}
