/**
 * Connected regions of a binary volume (voxels that share a face), by runs along the first axis joined with union–find
 * (He, Chao & Suzuki 2008, IEEE Trans. Image Process. 17:749): memory grows with the number of runs, not of voxels.
 */
type Size = readonly [number, number, number];

interface Runs {
  /** First voxel of each run and the one after its last, as linear indices. */
  readonly begins: Int32Array;
  readonly ends: Int32Array;
  /** Number of the run that stands for each run's region. */
  readonly region: Int32Array;
}

function rootOf(parent: Int32Array, run: number): number {
  let root = run;
  while (parent[root] !== root) {
    parent[root] = parent[parent[root]!]!;
    root = parent[root]!;
  }
  return root;
}

/** Joins the runs of two neighbouring rows that lie side by side; `offset` is the distance between the rows' voxels. */
function joinRows(
  runs: Runs,
  first: number,
  firstEnd: number,
  second: number,
  secondEnd: number,
  offset: number,
): void {
  const { begins, ends, region } = runs;
  let a = first;
  let b = second;
  while (a < firstEnd && b < secondEnd) {
    const beginA = begins[a]! + offset;
    const endA = ends[a]! + offset;
    if (beginA < ends[b]! && begins[b]! < endA) {
      const rootA = rootOf(region, a);
      const rootB = rootOf(region, b);
      if (rootA < rootB) region[rootB] = rootA;
      else region[rootA] = rootB;
    }
    if (endA < ends[b]!) a++;
    else b++;
  }
}

function runsOf(mask: Uint8Array, [nx, ny, nz]: Size, value: 0 | 1): Runs {
  const rows = ny * nz;
  const firstOfRow = new Int32Array(rows + 1);
  let count = 0;
  for (let row = 0; row < rows; row++) {
    firstOfRow[row] = count;
    let before = -1;
    for (let index = row * nx; index < (row + 1) * nx; index++) {
      if (mask[index] === value && before !== value) count++;
      before = mask[index]!;
    }
  }
  firstOfRow[rows] = count;

  const runs: Runs = { begins: new Int32Array(count), ends: new Int32Array(count), region: new Int32Array(count) };
  let run = -1;
  for (let row = 0; row < rows; row++) {
    let before = -1;
    for (let index = row * nx; index < (row + 1) * nx; index++) {
      if (mask[index] === value) {
        if (before !== value) {
          runs.begins[++run] = index;
          runs.region[run] = run;
        }
        runs.ends[run] = index + 1;
      }
      before = mask[index]!;
    }
    const from = firstOfRow[row]!;
    const to = firstOfRow[row + 1]!;
    if (row % ny > 0) joinRows(runs, firstOfRow[row - 1]!, from, from, to, nx);
    if (row >= ny) joinRows(runs, firstOfRow[row - ny]!, firstOfRow[row - ny + 1]!, from, to, nx * ny);
  }
  for (let index = 0; index < count; index++) runs.region[index] = rootOf(runs.region, index);
  return runs;
}

/** Clears all of `mask` (0 and 1, changed in place) but its largest region; returns how many voxels that has. */
export function keepLargestRegion(mask: Uint8Array, size: Size): number {
  const { begins, ends, region } = runsOf(mask, size, 1);
  const voxels = new Float64Array(begins.length);
  let largest = 0;
  for (let run = 0; run < begins.length; run++) {
    const root = region[run]!;
    voxels[root]! += ends[run]! - begins[run]!;
    if (voxels[root]! > voxels[largest]!) largest = root;
  }
  for (let run = 0; run < begins.length; run++) {
    if (region[run] !== largest) mask.fill(0, begins[run], ends[run]);
  }
  return voxels[largest] ?? 0;
}

/** Sets to `1 − value` every region of `value` that does not reach a face of the volume; returns how many voxels. */
export function clearEnclosed(mask: Uint8Array, size: Size, value: 0 | 1): number {
  const [nx, ny, nz] = size;
  const { begins, ends, region } = runsOf(mask, size, value);
  const isOpen = new Uint8Array(begins.length);
  for (let run = 0; run < begins.length; run++) {
    const x = begins[run]! % nx;
    const row = (begins[run]! - x) / nx;
    const y = row % ny;
    const z = (row - y) / ny;
    const last = x + ends[run]! - begins[run]! - 1;
    const isAtFace = x === 0 || last === nx - 1 || y === 0 || y === ny - 1 || z === 0 || z === nz - 1;
    if (isAtFace) isOpen[region[run]!] = 1;
  }
  let cleared = 0;
  for (let run = 0; run < begins.length; run++) {
    if (isOpen[region[run]!] === 1) continue;
    mask.fill(1 - value, begins[run], ends[run]);
    cleared += ends[run]! - begins[run]!;
  }
  return cleared;
}
