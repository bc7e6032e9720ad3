/** The Electron application that scripts/icons.mjs starts: draws an SVG at several sizes. Arguments: SVG, folder, sizes. */
'use strict';
const { app, BrowserWindow } = require('electron');
const { readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');

const [svg, folder, sizes] = process.argv.slice(-3);
app.disableHardwareAcceleration(); // the same picture on every machine

async function draw() {
  await app.whenReady();
  const window = new BrowserWindow({ show: false });
  await window.loadURL('data:text/html,');
  const source = JSON.stringify(`data:image/svg+xml;base64,${readFileSync(svg).toString('base64')}`);
  for (const size of sizes.split(',')) {
    const url = await window.webContents.executeJavaScript(`(async () => {
      const image = new Image();
      image.src = ${source};
      await image.decode();
      const canvas = document.createElement('canvas');
      canvas.width = canvas.height = ${size};
      canvas.getContext('2d').drawImage(image, 0, 0, ${size}, ${size});
      return canvas.toDataURL();
    })()`);
    writeFileSync(path.join(folder, `${size}x${size}.png`), Buffer.from(url.split(',')[1], 'base64'));
  }
}

draw().then(
  () => app.exit(0),
  (error) => {
    console.error(error);
    app.exit(1);
  },
);
