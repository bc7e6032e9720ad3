/**
 * What `electron [-r MODULE] FOLDER` does: requires the module, takes name, version and main file of the folder's
 * package.json and starts it.
 */
'use strict';
const { app } = require('electron');
const { readFileSync } = require('node:fs');
const path = require('node:path');

const { modules, folder } = argumentsOf(process.argv.slice(1));
if (folder === undefined) {
  process.stderr.write('Usage: electron [-r MODULE] FOLDER\n');
  process.exit(2);
}
for (const name of modules) require(path.resolve(name));
const root = path.resolve(folder);
const { name, productName, version, main } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
app.setName(productName ?? name);
app.setVersion(version);
app.setAppPath(root);
require(path.join(root, main));

/** Other options are Chromium's and Node's. */
function argumentsOf(given) {
  const modules = [];
  for (let at = 0; at < given.length; at++) {
    if (given[at] === '-r') modules.push(given[++at]);
    else if (!given[at].startsWith('-')) return { modules, folder: given[at] };
  }
  return { modules, folder: undefined };
}
