/** What the window may ask of the desktop shell itself, besides the backend's commands. */
import { z } from 'zod';
import { command, type Command } from './command.ts';

const theme = z.enum(['system', 'light', 'dark']);

export const settings = z.strictObject({
  theme,
  language: z.string(), // BCP 47
  threads: z.int().positive().nullable(), // null: all
  projectsFolder: z.string(),
  recentProjects: z.array(z.strictObject({ path: z.string(), name: z.string(), openedAt: z.string() })),
});
export type Settings = z.infer<typeof settings>;

/** The pages that the menu leads to. */
export const pageNames = [
  'projects',
  'data',
  'train',
  'synthesize',
  'superResolution',
  'evidence',
  'latent',
  'view',
  'study',
  'jobs',
  'settings',
] as const;
export type PageName = (typeof pageNames)[number];

export interface ShellInfo {
  readonly version: string;
  readonly electron: string;
  readonly chrome: string;
  readonly platform: string;
  readonly locale: string;
}

export const shellCommands = {
  'shell.info': command(z.strictObject({})).returns<ShellInfo>(),
  /** null: the user closed the dialog. */
  'shell.chooseFolder': command(z.strictObject({ title: z.string() })).returns<string | null>(),
  /** Scans (NIfTI, MGH), as absolute paths; none: the user closed the dialog. */
  'shell.chooseScans': command(z.strictObject({ title: z.string() })).returns<readonly string[]>(),
  /** A file of one kind, told by the end of its name, without the dot; null: the user closed the dialog. */
  'shell.chooseFile': command(
    z.strictObject({ title: z.string(), kind: z.string(), extensions: z.array(z.string()) }),
  ).returns<string | null>(),
  /** Where a new file goes, `name` to begin with; null: the user closed the dialog. */
  'shell.chooseNewFile': command(z.strictObject({ title: z.string(), name: z.string() })).returns<string | null>(),
  /** Where a new project goes; null: the user closed the dialog. */
  'shell.chooseProjectPath': command(z.strictObject({ name: z.string() })).returns<string | null>(),
  /** An existing NAME.doppel folder. */
  'shell.chooseProject': command(z.strictObject({})).returns<string | null>(),
  /** Shows a file of an open project in the system's file manager. */
  'shell.revealFile': command(
    z.strictObject({ projectId: z.string(), kind: z.string(), id: z.string() }),
  ).returns<null>(),
  /** Prints a report as a PDF beside it; gives the file's name. `report`: of a closed study, by its id; `artifact`: a page. */
  'shell.printReport': command(
    z.strictObject({ projectId: z.string(), kind: z.enum(['report', 'artifact']), id: z.string() }),
  ).returns<{ readonly name: string }>(),
  'shell.settings': command(z.strictObject({})).returns<Settings>(),
  'shell.changeSettings': command(settings.partial()).returns<Settings>(),
  /** The folder of the project whose job runs or waits, for a window that opens over it; null: none does. */
  'shell.projectAtWork': command(z.strictObject({})).returns<string | null>(),
  /**
   * While it is on the window fills the screen, and the shell passes nothing on but what reading a study takes: no
   * other call, event or file. A page that is loaded anew begins without it.
   */
  'shell.setReading': command(z.strictObject({ isOn: z.boolean() })).returns<null>(),
  /** Starts the backend again after it has failed for good. */
  'shell.restartBackend': command(z.strictObject({})).returns<null>(),
  'shell.notify': command(z.strictObject({ title: z.string(), body: z.string() })).returns<null>(),
} as const;

export type ShellCommands = typeof shellCommands;
export type ShellCommandName = keyof ShellCommands;
export type ShellInput<Name extends ShellCommandName> =
  ShellCommands[Name] extends Command<infer Input, unknown> ? z.output<Input> : never;
export type ShellResult<Name extends ShellCommandName> =
  ShellCommands[Name] extends Command<z.ZodType, infer Result> ? Result : never;

/**
 * What files of a project the window may read, by id; of a study its cases, their pictures and its report once it is
 * closed; `latent`: what a session of the latent explorer has just made. Over `volume://<projectId>/<kind>/<id>`.
 */
export const fileKinds = [
  'volume',
  'label',
  'thumbnail',
  'artifact',
  'trial',
  'case',
  'picture',
  'report',
  'latent',
] as const;
export type FileKind = (typeof fileKinds)[number];
