/**
 * Prints a report, of a study or of evidence, as a PDF beside it. The page is loaded into a hidden window of its own, without scripts,
 * preload, network or storage, from an address that gives this one document and nothing else.
 */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { BrowserWindow, session, type PrintToPDFOptions, type Session } from 'electron';
import { AppError } from '#contract/errors.ts';
import { writeWhole } from './wholeFile.ts';

/** A report of hundreds of cases takes seconds; what takes this long hangs. */
const patienceMs = 120_000;
const address = 'report://page/';
const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox";

/** Inches, as Chromium counts them: A4 with room for the number of the page. */
const pdfOptions: PrintToPDFOptions = {
  pageSize: 'A4',
  margins: { top: 0.63, bottom: 0.71, left: 0.55, right: 0.55 },
  printBackground: true,
  generateTaggedPDF: true,
  generateDocumentOutline: true,
  displayHeaderFooter: true,
  headerTemplate: '<span></span>',
  footerTemplate:
    '<div style="width:100%;text-align:center;font-size:7pt;color:#666"><span class="pageNumber"></span> / <span class="totalPages"></span></div>',
};

/** A session in memory that knows one document; whatever else is asked for is cancelled. */
function isolatedSession(html: Buffer): Session {
  const isolated = session.fromPartition(`report-${randomUUID()}`);
  isolated.protocol.handle('report', ({ url }) =>
    url === address
      ? new Response(new Uint8Array(html), {
          headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy },
        })
      : new Response(null, { status: 404 }),
  );
  isolated.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  isolated.setPermissionCheckHandler(() => false);
  isolated.webRequest.onBeforeRequest(({ url }, answer) => {
    answer({ cancel: url !== address && !url.startsWith('data:image/png;base64,') });
  });
  return isolated;
}

async function within<Value>(work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new AppError('internal', `The report was not printed within ${String(patienceMs / 1000)} s. Try once more.`));
    }, patienceMs);
  }); // prettier-ignore
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function print(html: Buffer): Promise<Buffer> {
  const window = new BrowserWindow({
    show: false,
    webPreferences: {
      session: isolatedSession(html),
      javascript: false,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
    },
  });
  try {
    return await within(window.loadURL(address).then(() => window.webContents.printToPDF(pdfOptions)));
  } finally {
    window.destroy();
  }
}

/** `path`: of an HTML file. Returns the name of the PDF, which takes its place as a whole. Throws AppError. */
export async function printReport(path: string): Promise<string> {
  if (!path.endsWith('.html')) throw new AppError('usage', 'Only a page can be printed: choose the HTML of a report.');
  const target = path.replace(/\.html$/, '.pdf');
  try {
    writeWhole(target, await print(await readFile(path)));
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    const words = thrown instanceof Error ? thrown.message : String(thrown);
    throw new AppError('internal', `The report could not be printed to ${target}: ${words}. Is there room on the disk, and may Doppel write there?`, { cause: thrown }); // prettier-ignore
  }
  return basename(target);
}
