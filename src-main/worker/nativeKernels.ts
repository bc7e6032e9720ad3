/**
 * The optional kernels of `models/ops/kernels.ts` on TensorFlow's eager interface: a convolution with its bias and
 * activation in one pass, gradients of leaky ReLU and bias, batch normalisation, and updates of weights in place.
 *
 * TensorFlow's in-place operations work on resource variables, TensorFlow.js's variables are plain tensors. For the
 * time of one update the tensor's buffer is lent to a resource: assigned (shared, not copied), the tensor's own handle
 * dropped so that the buffer has one owner, updated, read back under a new handle, and the resource destroyed.
 */
import type * as TensorFlow from '@tensorflow/tfjs';
import { optionalKernels } from '#models/ops/kernels.ts';
import { registerMinimalConvolutions } from './minimalConvolutions.ts';

interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

interface OpResult {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/** What is used of the package's native binding. */
interface Binding {
  readonly TF_FLOAT: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_SHAPE: number;
  readonly TF_ATTR_STRING: number;
  createTensor(shape: number[], dtype: number, values: Float32Array): number;
  deleteTensor(id: number): void;
  executeOp(name: string, attributes: OpAttribute[], inputIds: number[], outputs: number): OpResult[];
}

interface TensorEntry {
  id: number;
}

/** What is used of the package's backend class. */
interface NodeBackend {
  readonly binding: Binding;
  readonly isUsingGpuDevice: boolean;
  readonly tensorMap: { get(dataId: object): TensorEntry };
  getInputTensorIds(tensors: readonly TensorFlow.TensorInfo[]): number[];
  executeSingleOutput(
    name: string,
    attributes: OpAttribute[],
    inputs: readonly TensorFlow.TensorInfo[],
  ): TensorFlow.TensorInfo;
  createOutputTensor(output: OpResult): TensorFlow.TensorInfo;
}

type Inputs = Readonly<Record<string, TensorFlow.TensorInfo>>;
type Numbers = Readonly<Record<string, number>>;

/** Registers the kernels for TensorFlow's backend. Call once, after the engine has loaded. */
export function registerNativeKernels(tf: typeof TensorFlow): void {
  const register = (
    kernelName: string,
    run: (inputs: Inputs, numbers: Numbers, backend: NodeBackend) => TensorFlow.TensorInfo[],
  ): void => {
    tf.registerKernel({
      kernelName,
      backendName: 'tensorflow',
      kernelFunc: ({ inputs, attrs, backend }) =>
        run(inputs as Inputs, attrs as unknown as Numbers, backend as NodeBackend),
    });
  };
  register(optionalKernels.leakyReluGradient, leakyReluGradient);
  register(optionalKernels.adam, adamInPlace);
  register(optionalKernels.moveToward, moveTowardInPlace);
  register(optionalKernels.batchNorm, batchNorm);
  register(optionalKernels.batchNormGradient, batchNormGradient);
  register(optionalKernels.sumOfRows, sumOfRows);
  if (!hasBiasedConvolution(tf)) return;
  register(optionalKernels.biasedConvolution, biasedConvolution);
  registerMinimalConvolutions(tf);
}

/** TensorFlow brings the fused convolution for some processors only: tried on one voxel. */
function hasBiasedConvolution(tf: typeof TensorFlow): boolean {
  const backend = tf.backend() as unknown as NodeBackend;
  if (backend.isUsingGpuDevice) return false;
  const inputs = { x: tf.ones([1, 1, 1, 1, 1]), filter: tf.ones([1, 1, 1, 1, 1]), bias: tf.ones([1]) };
  try {
    tf.tidy(() => {
      biasedConvolution(inputs, { stride: 1, slope: 1 }, backend);
    });
    return true;
  } catch {
    return false;
  } finally {
    tf.dispose(inputs);
  }
}

const floatType = (binding: Binding, name: string): OpAttribute => ({
  name,
  type: binding.TF_ATTR_TYPE,
  value: binding.TF_FLOAT,
});
const flag = (binding: Binding, name: string, value: boolean): OpAttribute => ({
  name,
  type: binding.TF_ATTR_BOOL,
  value,
});

/** inputs: x [b, d, h, w, in], filter, bias [out], maybe added (shape of the result); numbers: stride, slope (1: none). */
function biasedConvolution(inputs: Inputs, numbers: Numbers, backend: NodeBackend): TensorFlow.TensorInfo[] {
  const { binding } = backend;
  const { stride = 1, slope = 1 } = numbers;
  const added = inputs['added'];
  const operands = [input(inputs, 'bias'), ...(added === undefined ? [] : [added])];
  const fused = ['BiasAdd', ...(added === undefined ? [] : ['Add']), ...(slope === 1 ? [] : ['LeakyRelu'])];
  const integers = (name: string, value: number | number[]): OpAttribute => ({
    name,
    type: binding.TF_ATTR_INT,
    value,
  });
  const text = (name: string, value: string): OpAttribute => ({ name, type: binding.TF_ATTR_STRING, value });
  const attributes = [
    floatType(binding, 'T'),
    integers('num_args', operands.length),
    integers('strides', [1, stride, stride, stride, 1]),
    text('padding', 'SAME'),
    text('data_format', 'NDHWC'),
    text('fused_ops', fused.join()),
    { name: 'leakyrelu_alpha', type: binding.TF_ATTR_FLOAT, value: slope },
    text('_kernel', 'MklNameChangeOp'), // how TensorFlow labels the kernels of oneDNN
  ];
  const all = [input(inputs, 'x'), input(inputs, 'filter'), ...operands];
  return [backend.executeSingleOutput('_MklNativeFusedConv3D', attributes, all)];
}

/** inputs: x [..., c] → sum over all axes but the last [c]. */
function sumOfRows(inputs: Inputs, _numbers: Numbers, backend: NodeBackend): TensorFlow.TensorInfo[] {
  const { binding } = backend;
  const attributes = [floatType(binding, 'T'), { name: 'data_format', type: binding.TF_ATTR_STRING, value: 'NHWC' }];
  return [backend.executeSingleOutput('BiasAddGrad', attributes, [input(inputs, 'x')])];
}

/** inputs: dy, x (or the output: the sign counts); numbers: slope. */
function leakyReluGradient(inputs: Inputs, numbers: Numbers, backend: NodeBackend): TensorFlow.TensorInfo[] {
  const { binding } = backend;
  const attributes = [floatType(binding, 'T'), { name: 'alpha', type: binding.TF_ATTR_FLOAT, value: numbers['slope'] }];
  return [backend.executeSingleOutput('LeakyReluGrad', attributes, [input(inputs, 'dy'), input(inputs, 'x')])];
}

function batchNormAttributes(binding: Binding, numbers: Numbers): OpAttribute[] {
  return [
    floatType(binding, 'T'),
    floatType(binding, 'U'),
    { name: 'epsilon', type: binding.TF_ATTR_FLOAT, value: numbers['epsilon'] },
    { name: 'data_format', type: binding.TF_ATTR_STRING, value: 'NHWC' },
    flag(binding, 'is_training', true),
  ];
}

/** inputs: x [n, h, w, c], gamma, beta; numbers: epsilon → value, mean, variance (over n − 1), three for the gradient. */
function batchNorm(inputs: Inputs, numbers: Numbers, backend: NodeBackend): TensorFlow.TensorInfo[] {
  const { binding } = backend;
  const none = backend.binding.createTensor([0], binding.TF_FLOAT, new Float32Array()); // no statistics are given
  const ids = [...backend.getInputTensorIds(['x', 'gamma', 'beta'].map((name) => input(inputs, name))), none, none];
  const outputs = binding.executeOp('FusedBatchNormV3', batchNormAttributes(binding, numbers), ids, 6);
  binding.deleteTensor(none);
  return outputs.map((output) => backend.createOutputTensor(output));
}

/** inputs: dy, x, gamma, reserved0 … reserved2; numbers: epsilon → gradients of x, gamma and beta. */
function batchNormGradient(inputs: Inputs, numbers: Numbers, backend: NodeBackend): TensorFlow.TensorInfo[] {
  const { binding } = backend;
  const names = ['dy', 'x', 'gamma', 'reserved0', 'reserved1', 'reserved2'];
  const ids = backend.getInputTensorIds(names.map((name) => input(inputs, name)));
  const outputs = binding.executeOp('FusedBatchNormGradV3', batchNormAttributes(binding, numbers), ids, 5);
  const [dx, dGamma, dBeta, ...unused] = outputs as [OpResult, OpResult, OpResult, ...OpResult[]];
  for (const { id } of unused) binding.deleteTensor(id);
  return [dx, dGamma, dBeta].map((output) => backend.createOutputTensor(output));
}

/**
 * inputs: weight, first, second (moments), gradient, all of one shape; numbers: rate (bias-corrected), beta1, beta2,
 * epsilon, decay (the fraction of the weight that is taken off first). Changes weight, first and second.
 */
function adamInPlace(inputs: Inputs, numbers: Numbers, backend: NodeBackend): TensorFlow.TensorInfo[] {
  const { binding } = backend;
  const weight = input(inputs, 'weight');
  const decay = numbers['decay'] ?? 0;
  const shrink = decay > 0 ? multiplied(backend, weight, decay) : undefined;

  lend(backend, [weight, input(inputs, 'first'), input(inputs, 'second')], (resources) => {
    // The bias correction is in the rate, so the powers of beta are given as 0.
    const scalars = [0, 0, numbers['rate'] ?? 0, numbers['beta1'] ?? 0, numbers['beta2'] ?? 0, numbers['epsilon'] ?? 0];
    const scalarIds = scalars.map((value) => binding.createTensor([], binding.TF_FLOAT, Float32Array.of(value)));
    const [gradientId] = backend.getInputTensorIds([input(inputs, 'gradient')]) as [number];
    const attributes = [
      floatType(binding, 'T'),
      flag(binding, 'use_locking', false),
      flag(binding, 'use_nesterov', false),
    ];
    binding.executeOp('ResourceApplyAdam', attributes, [...resources, ...scalarIds, gradientId], 0);
    if (shrink !== undefined) {
      binding.executeOp('AssignSubVariableOp', [floatType(binding, 'dtype')], [resources[0] as number, shrink], 0);
    }
    for (const id of scalarIds) binding.deleteTensor(id);
  });
  if (shrink !== undefined) binding.deleteTensor(shrink);
  return [];
}

/** inputs: average, target; numbers: amount. average += amount · (target − average). */
function moveTowardInPlace(inputs: Inputs, numbers: Numbers, backend: NodeBackend): TensorFlow.TensorInfo[] {
  const { binding } = backend;
  const average = input(inputs, 'average');
  const ids = backend.getInputTensorIds([average, input(inputs, 'target')]);
  const [difference] = binding.executeOp('Sub', [floatType(binding, 'T')], ids, 1) as [OpResult];
  lend(backend, [average], (resources) => {
    const amount = binding.createTensor([], binding.TF_FLOAT, Float32Array.of(numbers['amount'] ?? 0));
    const attributes = [floatType(binding, 'T'), flag(binding, 'use_locking', false)];
    binding.executeOp('ResourceApplyGradientDescent', attributes, [...resources, amount, difference.id], 0);
    binding.deleteTensor(amount);
  });
  binding.deleteTensor(difference.id);
  return [];
}

function input(inputs: Inputs, name: string): TensorFlow.TensorInfo {
  const tensor = inputs[name];
  if (tensor === undefined) throw new Error(`The kernel got no input '${name}'.`);
  return tensor;
}

function multiplied(backend: NodeBackend, tensor: TensorFlow.TensorInfo, factor: number): number {
  const { binding } = backend;
  const scalar = binding.createTensor([], binding.TF_FLOAT, Float32Array.of(factor));
  const [product] = binding.executeOp(
    'Mul',
    [floatType(binding, 'T')],
    [...backend.getInputTensorIds([tensor]), scalar],
    1,
  ) as [OpResult];
  binding.deleteTensor(scalar);
  return product.id;
}

/**
 * Lends the tensors' buffers to resource variables while `update` runs, and takes them back. The names are used again
 * and again: TensorFlow keeps a kernel for every name and shape it has seen.
 */
function lend(
  backend: NodeBackend,
  tensors: readonly TensorFlow.TensorInfo[],
  update: (resources: number[]) => void,
): void {
  const { binding } = backend;
  const ids = backend.getInputTensorIds(tensors); // makes sure that each has a native handle
  const resources = tensors.map((tensor, index) => {
    const attributes = [
      floatType(binding, 'dtype'),
      { name: 'shape', type: binding.TF_ATTR_SHAPE, value: [...tensor.shape] },
      { name: 'shared_name', type: binding.TF_ATTR_STRING, value: `lent-${String(index)}` },
      { name: 'container', type: binding.TF_ATTR_STRING, value: '' },
    ];
    const [handle] = binding.executeOp('VarHandleOp', attributes, [], 1) as [OpResult];
    binding.executeOp('AssignVariableOp', [floatType(binding, 'dtype')], [handle.id, ids[index] as number], 0);
    binding.deleteTensor(ids[index] as number);
    return handle.id;
  });
  try {
    update(resources);
  } finally {
    tensors.forEach((tensor, index) => {
      const handle = resources[index] as number;
      const [value] = binding.executeOp('ReadVariableOp', [floatType(binding, 'dtype')], [handle], 1) as [OpResult];
      backend.tensorMap.get(tensor.dataId).id = value.id;
      binding.executeOp('DestroyResourceOp', [flag(binding, 'ignore_lookup_error', false)], [handle], 0);
      binding.deleteTensor(handle);
    });
  }
}
