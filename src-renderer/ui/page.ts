/** What a feature tells about its page; `pages.ts` lists them in the order of the navigation rail. */
import type { Component } from 'vue';

export interface Page {
  readonly name: string;
  readonly path: string;
  /** Of its title, in the feature's messages. */
  readonly titleKey: string;
  /** SVG path data of a line drawing on 20 × 20; see `icons.ts`. */
  readonly icon: string;
  /** Whether it shows what a project holds, and so says nothing without one. */
  readonly needsProject: boolean;
  readonly component: () => Promise<{ default: Component }>;
}
