import type { Tensor5D } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { hasKernel, optionalKernels } from '#models/ops/kernels.ts';
import { parseGpuMemory, parseGpus } from '#worker/gpus.ts';
import { registerNativeKernels } from '#worker/nativeKernels.ts';
import { describeLoadError, loadTensorFlow } from '#worker/tensorflow.ts';

describe('the engine', () => {
  it('loads, names its version and this machine, and shares its instance with the models', async () => {
    const { tf, engine } = await loadTensorFlow({ threads: 1 });
    expect(engine.name).toBe('tensorflow');
    expect(engine.version).toMatch(/^2\.\d+\.\d+/);
    expect(engine.devices[0]?.memoryBytes).toBeGreaterThan(1e8);
    expect(tf.getBackend()).toBe('tensorflow');
    const shared = await import('@tensorflow/tfjs');
    expect(shared.getBackend()).toBe('tensorflow');
  });

  it.runIf(process.platform === 'linux' && process.arch === 'x64')(
    'convolves, adds a bias and activates in one kernel on the CPU',
    async () => {
      const { tf, engine } = await loadTensorFlow({ threads: 1 });
      registerNativeKernels(tf);
      expect(hasKernel(optionalKernels.biasedConvolution)).toBe(engine.devices.length === 1);
    },
  );

  it('works on as many threads as it was given', async () => {
    const { tf } = await loadTensorFlow({ threads: 1 });
    const x: Tensor5D = tf.zeros([2, 32, 32, 32, 32]);
    const w: Tensor5D = tf.zeros([3, 3, 3, 32, 32]);
    const convolve = (): void => {
      tf.tidy(() => tf.conv3d(x, w, 1, 'same').max().dataSync());
    };
    convolve();
    const before = process.cpuUsage();
    const started = performance.now();
    for (let i = 0; i < 10; i++) convolve();
    const wallMs = performance.now() - started;
    const { user, system } = process.cpuUsage(before);
    tf.dispose([x, w]);
    expect((user + system) / 1000).toBeLessThan(1.5 * wallMs + 20); // two threads would use twice the wall time
  });
});

describe('a failure to load', () => {
  it.each([
    [
      'The Node.js native addon module (tfjs_binding.node) can not be found at path: x',
      /binding is missing.*npm run setup/,
    ],
    ["Cannot find package '@tensorflow/tfjs-node-gpu' imported from x", /packages are missing.*npm run setup/],
    [
      'libtensorflow_cc.so.2: cannot open shared object file: No such file or directory',
      /missing or damaged.*npm run setup/,
    ],
    ['/cache/tensorflow/libtensorflow_cc.so.2: file too short', /missing or damaged.*npm run setup/],
    ["/lib/libc.so.6: version `GLIBC_2.27' not found (required by x)", /too old/],
    ['something else\nwith a second line', /does not load \(something else\): run/],
  ])('is explained: %s', (message, words) => {
    expect(describeLoadError(new Error(message))).toMatch(words);
  });
});

describe('the list of GPUs', () => {
  const table = '0, GPU-1111, NVIDIA H200, 143771\n1, GPU-2222, NVIDIA T4, 15360\n';

  it('has names and bytes', () => {
    expect(parseGpus(table, undefined)).toEqual([
      { name: 'NVIDIA H200', memoryBytes: 143771 * 2 ** 20 },
      { name: 'NVIDIA T4', memoryBytes: 15360 * 2 ** 20 },
    ]);
  });

  it.each([
    ['1', ['NVIDIA T4']],
    ['GPU-1111', ['NVIDIA H200']],
    ['0,1', ['NVIDIA H200', 'NVIDIA T4']],
    ['', []],
    ['-1', []],
  ])('leaves out what CUDA_VISIBLE_DEVICES=%s hides', (visible, names) => {
    expect(parseGpus(table, visible).map((gpu) => gpu.name)).toEqual(names);
  });

  it('has the memory of the one that TensorFlow takes: the last visible', () => {
    const memory = '0, GPU-1111, 500, 143271\n1, GPU-2222, 15000, 360\n';
    expect(parseGpuMemory(memory, undefined)).toEqual({ usedBytes: 15000 * 2 ** 20, freeBytes: 360 * 2 ** 20 });
    expect(parseGpuMemory(memory, '0')?.freeBytes).toBe(143271 * 2 ** 20);
    expect(parseGpuMemory('', undefined)).toBeNull();
  });

  it('is empty for a driver that says something else', () => {
    expect(
      parseGpus('NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver.', undefined),
    ).toEqual([]);
  });
});
