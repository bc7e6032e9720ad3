/** Which of the packages in package-lock.json Doppel runs on, in contrast to those it is developed with. */

/** Of these, only some of what they depend on is ever loaded: the rest belongs to tools that they bring along. */
const loadedBy = {
  'itk-wasm': ['@thewtex/zstddec'],
};

/**
 * @param {{packages: Record<string, {version: string, license: string, dependencies?: Record<string, string>, optionalDependencies?: Record<string, string>}>}} lock
 * @returns {{path: string, name: string, version: string, licence: string}[]} `path` from the root; those of other
 *   platforms are in it and may not be installed
 */
export function productionPackages(lock) {
  const found = new Set();
  const follow = (path) => {
    const { dependencies = {}, optionalDependencies = {} } = lock.packages[path];
    const names = Object.keys({ ...dependencies, ...optionalDependencies });
    for (const name of loadedBy[nameOf(path)] ?? names) {
      const next = whereIs(lock, path, name);
      if (next === undefined || found.has(next)) continue;
      found.add(next);
      follow(next);
    }
  };
  follow('');
  return [...found].sort().map((path) => ({
    path,
    name: nameOf(path),
    version: lock.packages[path].version,
    licence: lock.packages[path].license,
  }));
}

const nameOf = (path) => path.replace(/^.*node_modules\//, '');

/** As Node looks for it: beside the package that asks, then further out. */
function whereIs(lock, from, name) {
  for (let folder = from; ; folder = folder.replace(/\/?node_modules\/(@[^/]+\/)?[^/]+$/, '')) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (path in lock.packages) return path;
    if (folder === '') return undefined;
  }
}
