/** What TypeScript sees of `production.mjs`. */
export function productionPackages(lock: {
  readonly packages: Readonly<Record<string, object>>;
}): { readonly path: string; readonly name: string; readonly version: string; readonly licence: string }[];
