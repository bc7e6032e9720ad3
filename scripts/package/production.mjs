/** Which of the packages in package-lock.json Doppel runs on, in contrast to those it is developed with. */

/**
 * @param {{packages: Record<string, {version: string, license: string, dev?: boolean, devOptional?: boolean}>}} lock
 * @returns {{path: string, name: string, version: string, licence: string}[]} `path` from the root; those of other
 *   platforms are in it and may not be installed
 */
export function productionPackages(lock) {
  return Object.entries(lock.packages)
    .filter(([path, entry]) => path !== '' && entry.dev !== true && entry.devOptional !== true)
    .map(([path, entry]) => ({
      path,
      name: path.replace(/^.*node_modules\//, ''),
      version: entry.version,
      licence: entry.license,
    }));
}
