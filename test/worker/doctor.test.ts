import { fork } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { workerMessage, type WorkerMessage } from '#contract/jobs.ts';
import { findConvolutionFault, prepareConvolution } from '#worker/doctorConvolution.ts';
import { loadTensorFlow } from '#worker/tensorflow.ts';

const entry = join(import.meta.dirname, '../../src-main/worker/entry.ts');

function examine(): Promise<readonly WorkerMessage[]> {
  return new Promise((resolve, reject) => {
    const messages: WorkerMessage[] = [];
    const child = fork(entry, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    child.on('message', (raw) => messages.push(workerMessage.parse(raw)));
    child.on('error', reject);
    child.on('exit', () => {
      resolve(messages);
    });
    child.send({ kind: 'doctor' });
  });
}

describe('the doctor', () => {
  it('finds the engine, the convolution, the threads, the memory, left and right in order, in a process of its own', async () => {
    const [report, end] = await examine();
    expect(end).toEqual({ type: 'succeeded' });
    if (report?.type !== 'doctor') throw new Error('no report came first');
    expect(report.checks.map((check) => check.name)).toEqual([
      'engine',
      'gpu',
      'convolution',
      'threads',
      'memory',
      'left and right',
    ]);
    expect(report.checks.filter((check) => !check.ok)).toEqual([]);
    expect(report.checks.find((check) => check.name === 'convolution')?.detail).toMatch(/as known; \d+ GFLOP\/s/);
  });

  it('holds the convolution and its gradients against the known values, and notices a wrong one', async () => {
    const { tf } = await loadTensorFlow();
    const before = tf.memory().numTensors;
    const convolution = prepareConvolution();
    const result = convolution.compute();
    convolution.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(findConvolutionFault(result)).toBeNull();
    const twice = { ...result, filterGradient: result.filterGradient.map((value) => 2 * value) };
    expect(findConvolutionFault(twice)).toMatch(/filter gradient has a root mean square of/);
    const shifted = {
      ...result,
      output: result.output.map((_, i) => result.output[(i + 1) % result.output.length] ?? 0),
    };
    expect(findConvolutionFault(shifted)).toMatch(/output is .* at 0, not -0\.76/);
    const empty = { ...result, inputGradient: result.inputGradient.map(() => Number.NaN) };
    expect(findConvolutionFault(empty)).toMatch(/input gradient/);
  });
});
