import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTree, root } from './smallTree.ts';

interface Layers {
  readonly layers: Readonly<Record<string, { folders: readonly string[]; packages: readonly string[]; node: boolean }>>;
  readonly owners: Readonly<Record<string, string>>;
}

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

/** A tree in which every file breaks one rule, or none. */
const files: Readonly<Record<string, string>> = {
  'src-shared/fine.ts': "import { z } from 'zod';\nexport const fine = z.string();\n",
  'src-shared/usesNode.ts': "import { cpus } from 'node:os';\nexport const count = cpus;\n",
  'src-shared/usesTensors.ts': "import { zeros } from '@tensorflow/tfjs';\nexport const make = zeros;\n",
  'src-shared/looksUp.ts': "import type { Scan } from '#imaging/scan.ts';\nexport type Wrong = Scan;\n",
  'models/registry.ts': "import { fine } from '#shared/fine.ts';\nexport const registry = fine;\n",
  'models/readsFiles.ts': "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n",
  'src-main/imaging/scan.ts': 'export interface Scan {\n  readonly path: string;\n}\n',
  'src-main/imaging/usesModels.ts': "import { registry } from '#models/registry.ts';\nexport const wrong = registry;\n",
  'src-main/worker/tensorflow.ts': "import * as tf from '@tensorflow/tfjs-node-gpu';\nexport const engine = tf;\n",
  'src-main/worker/second.ts': "import * as tf from '@tensorflow/tfjs-node-gpu';\nexport const engine = tf;\n",
  'src-main/backend/store/rows.ts': "import Database from 'better-sqlite3';\nexport const open = Database;\n",
  'src-main/backend/opens.ts': "import Database from 'better-sqlite3';\nexport const open = Database;\n",
  'src-main/backend/loadsLazily.ts': "export const load = () => import('#models/registry.ts');\n",
  'src-main/backend/loadsAtOnce.ts':
    "import { registry } from '#models/registry.ts';\nexport const wrong = registry;\n",
  'src-main/backend/computes.ts': "import { engine } from '#worker/tensorflow.ts';\nexport const wrong = engine;\n",
  'src-main/cli/usesImaging.ts': "import type { Scan } from '#imaging/scan.ts';\nexport type Wrong = Scan;\n",
  'src-main/cli/round.ts':
    "import type { There } from './trip.ts';\nexport interface Here {\n  readonly there: There | null;\n}\n",
  'src-main/cli/trip.ts':
    "import type { Here } from './round.ts';\nexport interface There {\n  readonly here: Here | null;\n}\n",
  'src-main/shell/opens.ts': "import { open } from '#backend/store/rows.ts';\nexport const wrong = open;\n",
  'src-renderer/bridge/asks.ts': 'export const ask = 1;\n',
  'src-renderer/ui/Asks.vue':
    '<script setup lang="ts">\nimport { ask } from \'#bridge/asks.ts\';\n\ndefineExpose({ ask });\n</script>\n',
  'src-renderer/features/train/curve.ts': 'export const curve = 1;\n',
  'src-renderer/features/data/borrows.ts': "import { curve } from '../train/curve.ts';\nexport const wrong = curve;\n",
  'src-renderer/features/data/draws.ts': "import { init } from '@cornerstonejs/core';\nexport const wrong = init;\n",
  'src-renderer/readsFiles.ts': "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n",
};

const forbidden = [
  ['src-shared/usesNode.ts', 'no Node in src-shared'],
  ['src-shared/usesTensors.ts', 'packages of src-shared'],
  ['src-shared/looksUp.ts', 'folders of src-shared'],
  ['models/readsFiles.ts', 'no Node in models'],
  ['src-main/imaging/usesModels.ts', 'folders of src-main/imaging'],
  ['src-main/worker/second.ts', 'owner of @tensorflow/tfjs-node-gpu'],
  ['src-main/backend/opens.ts', 'owner of better-sqlite3'],
  ['src-main/backend/loadsAtOnce.ts', 'models load lazily in the backend'],
  ['src-main/backend/computes.ts', 'folders of src-main/backend'],
  ['src-main/cli/usesImaging.ts', 'folders of src-main/cli'],
  ['src-main/cli/round.ts', 'no cycles'],
  ['src-main/shell/opens.ts', 'folders of src-main/shell'],
  ['src-renderer/ui/Asks.vue', 'folders of src-renderer/ui'],
  ['src-renderer/features/data/borrows.ts', 'features are islands'],
  ['src-renderer/features/data/draws.ts', 'owner of @cornerstonejs/core'],
  ['src-renderer/readsFiles.ts', 'no Node in src-renderer'],
] as const;

describe('the layers', () => {
  let folder: string;
  let violations: readonly Violation[];

  beforeAll(() => {
    folder = makeTree(files);
    const tool = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
    const args = [
      '--config',
      '.dependency-cruiser.mjs',
      '--output-type',
      'json',
      'src-shared',
      'models',
      'src-main',
      'src-renderer',
    ];
    const { stdout } = spawnSync(process.execPath, [tool, ...args], { cwd: folder, encoding: 'utf8' });
    violations = (JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations;
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(forbidden)('forbid %s (%s)', (file, rule) => {
    expect(violations.filter((violation) => violation.from === file).map((violation) => violation.rule.name)).toContain(
      rule,
    );
  });

  it('allow what the table allows', () => {
    const wrong = new Set<string>([...forbidden.map(([file]) => file), 'src-main/cli/trip.ts']);
    expect(violations.filter((violation) => !wrong.has(violation.from))).toEqual([]);
  });

  it('are the table that ARCHITECTURE.md shows', async () => {
    const { layers, owners } = (await import(join(root, '.dependency-cruiser.mjs'))) as Layers;
    const page = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
    for (const [layer, { folders, packages, node }] of Object.entries(layers)) {
      const row = page.split('\n').find((line) => line.split('|')[1]?.trim() === `\`${layer}\``);
      const may = row?.split('|')[2] ?? '';
      const named = [...may.matchAll(/`([^`]+)`/g)].map((match) => match[1]).sort();
      expect(named, `the row of ${layer}`).toEqual([...folders, ...packages].sort());
      expect(/\bNode\b/.test(may), `Node in the row of ${layer}`).toBe(node);
    }
    for (const [name, owner] of Object.entries(owners)) {
      expect(page, `the owner of ${name}`).toContain(`\`${name}\` (only \`${owner}\`)`);
    }
  });
});
