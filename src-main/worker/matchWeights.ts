/** Which network a file of weights is: found by the names and shapes of its tensors. */
import { AppError } from '#contract/errors.ts';
import type { PublishedNames, PublishedNetwork } from '#models/publishedNames.ts';
import { quoted, type TensorFile } from './tensorSource.ts';

type Listing = Pick<TensorFile, 'names' | 'shapeOf'>;

/** The names that a model has on one grid. */
export interface Candidate {
  readonly grid: number;
  readonly names: PublishedNames;
}

/** A network of the file; its tensors' names begin with `prefix`. */
export interface FoundNetwork {
  readonly network: string;
  readonly prefix: string;
}

export interface Match {
  readonly grid: number;
  readonly names: PublishedNames;
  readonly networks: readonly FoundNetwork[];
}

interface Attempt extends Match {
  readonly faults: readonly string[];
}

const mostFaults = 12; // told of; the others are counted

/**
 * The one way in which every tensor has its place. Throws AppError 'checkpoint-mismatch' with what is missing,
 * unexpected or of another shape; 'usage' where several networks or grids fit, naming the flag that decides.
 */
export function matchWeights(
  file: Listing,
  candidates: readonly Candidate[],
  { model, network }: { readonly model: string; readonly network: string | null },
): Match {
  const attempts = candidates.flatMap((candidate) => attemptsWith(file, candidate, network));
  const known = [...new Set(candidates.flatMap(({ names }) => Object.keys(names)))];
  if (network !== null && !known.includes(network))
    throw new AppError('usage', `${model} has no network ${quoted(network)}. It has: ${known.join(', ')}.`);
  const fitting = attempts.filter(({ faults }) => faults.length === 0);
  const [only] = fitting;
  if (only === undefined) throw mismatch(model, attempts);
  const networks = new Set(fitting.map((match) => namesOf(match)));
  if (networks.size > 1)
    throw new AppError('usage', `The file fits several networks of ${model}: ${[...networks].join('; ')}. Say which with --network.`); // prettier-ignore
  const grids = fitting.map(({ grid }) => String(grid));
  if (grids.length > 1)
    throw new AppError('usage', `The file fits ${model} on grids of ${grids.join(', ')} voxels alike. Say which with --grid.`); // prettier-ignore
  return only;
}

const namesOf = ({ networks }: Match): string => networks.map(({ network }) => network).join(', ');

/** A file holds one network, or several, each after its name and a full stop. */
function attemptsWith(file: Listing, { grid, names }: Candidate, wanted: string | null): Attempt[] {
  const networks = Object.keys(names);
  const present = networks.filter((network) => file.names.some((name) => name.startsWith(`${network}.`)));
  const isNested = (name: string): boolean => present.some((network) => name.startsWith(`${network}.`));
  if (present.length > 0 && file.names.every(isNested)) {
    const chosen = present.filter((network) => wanted === null || network === wanted);
    const found = chosen.map((network) => ({ network, prefix: `${network}.` }));
    if (found.length > 0)
      return [{ grid, names, networks: found, faults: found.flatMap((one) => faultsOf(file, one, names)) }];
  }
  return networks
    .filter((network) => wanted === null || network === wanted)
    .map((network) => {
      const one = { network, prefix: '' };
      return { grid, names, networks: [one], faults: faultsOf(file, one, names) };
    });
}

function faultsOf(file: Listing, { network, prefix }: FoundNetwork, names: PublishedNames): string[] {
  const { tensors, idle } = names[network] as PublishedNetwork;
  const held = new Set(file.names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length)));
  const known = new Set([...tensors, ...idle].map(({ name }) => name));
  const missing = tensors.filter(({ name }) => !held.has(name)).map(({ name }) => `${prefix}${name} is missing`);
  const misshapen = tensors.flatMap(({ name, shape }) => {
    const found = held.has(name) ? file.shapeOf(`${prefix}${name}`) : shape;
    return found.join() === shape.join()
      ? []
      : [`${prefix}${name} is [${found.join(', ')}], needed is [${shape.join(', ')}]`];
  });
  const unexpected = [...held].filter((name) => !known.has(name)).map((name) => `${quoted(`${prefix}${name}`)} is not known`); // prettier-ignore
  return [...misshapen, ...missing, ...unexpected];
}

/** Of the network that comes nearest. */
function mismatch(model: string, attempts: readonly Attempt[]): AppError {
  const [first, ...others] = attempts as [Attempt, ...Attempt[]];
  const nearest = others.reduce((best, next) => (next.faults.length < best.faults.length ? next : best), first);
  const { faults, grid } = nearest;
  const shown = faults.slice(0, mostFaults);
  const rest = faults.length > shown.length ? `; and ${String(faults.length - shown.length)} more` : '';
  return new AppError(
    'checkpoint-mismatch',
    `The file is no network of ${model} with these settings. Compared with its ${namesOf(nearest)} at ${String(grid)}³: ${shown.join('; ')}${rest}. The preset (--preset) and the expert settings (--set) have to be those of the network, such as its feature maps and the numbers in a code.`,
  );
}
