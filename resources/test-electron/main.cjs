/** What `electron FOLDER` does: takes name, version and main file of the folder's package.json and starts it. */
'use strict';
const { app } = require('electron');
const { readFileSync } = require('node:fs');
const path = require('node:path');

const folder = process.argv.slice(1).find((argument) => !argument.startsWith('-'));
if (folder === undefined) {
  process.stderr.write('Usage: electron FOLDER\n');
  process.exit(2);
}
const root = path.resolve(folder);
const { name, productName, version, main } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
app.setName(productName ?? name);
app.setVersion(version);
app.setAppPath(root);
require(path.join(root, main));
