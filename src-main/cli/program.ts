/** The tree of commands. Defining it loads nothing heavy: `--help` answers at once, work is imported when it is run. */
import { Command } from 'commander';
import type { EndWith } from './exitCodes.ts';
import { addCheckpointCommands } from './commands/checkpoint.ts';
import { addDatasetCommands } from './commands/dataset.ts';
import { addEngineCommands } from './commands/engine.ts';
import { addEvaluateCommand } from './commands/evaluate.ts';
import { addEvidenceCommand } from './commands/evidence.ts';
import { addJobCommands } from './commands/job.ts';
import { addMetricsCommand } from './commands/metrics.ts';
import { addLatentCommands } from './commands/latent.ts';
import { addLeaderboardCommand } from './commands/leaderboard.ts';
import { addPlanCommand } from './commands/plan.ts';
import { addProjectCommands } from './commands/project.ts';
import { addProvenanceCommands } from './commands/provenance.ts';
import { addSuperResolutionCommands } from './commands/superResolution.ts';
import { addStudyCommands } from './commands/study.ts';
import { addSuspectCommands } from './commands/suspects.ts';
import { addSynthesisCommands } from './commands/synthesis.ts';
import { addTrainCommand } from './commands/train.ts';
import { addUtilityCommand } from './commands/utility.ts';
import manifest from '../../package.json' with { type: 'json' };

const example = `
Example, from scans to synthetic scans:
  doppel project create study.doppel
  doppel dataset import ~/scans --project study --name adults --grid 64
  doppel train --project study --dataset adults --model alpha-wgan --minutes 60
  doppel synthesize --project study --count 8 --out synthetic`;

export function createProgram(endWith: EndWith): Command {
  const program = new Command('doppel')
    .description(manifest.description)
    .version(manifest.version)
    .addHelpText('after', example)
    .exitOverride()
    .showHelpAfterError('(add --help for the flags and an example)');
  addEngineCommands(program, endWith);
  addProjectCommands(program, endWith);
  addDatasetCommands(program, endWith);
  addPlanCommand(program, endWith);
  addTrainCommand(program, endWith);
  addSynthesisCommands(program, endWith);
  addSuperResolutionCommands(program, endWith);
  addCheckpointCommands(program, endWith);
  addEvaluateCommand(program, endWith);
  addEvidenceCommand(program, endWith);
  addUtilityCommand(program, endWith);
  addMetricsCommand(program);
  addLatentCommands(program, endWith);
  addLeaderboardCommand(program, endWith);
  addStudyCommands(program, endWith);
  addProvenanceCommands(program, endWith);
  addSuspectCommands(program);
  addJobCommands(program, endWith);
  return program;
}
