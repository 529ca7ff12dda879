import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BrowserContext, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { everyReplay, hostileReplay } from './cache-replay/cache-replay.testing.ts';
import { renderCacheReplayHtml } from './cache-replay/html.ts';
import { renderHtml } from './html/index.ts';
import { everyResult, hostileResult } from './sample-cases.testing.ts';
import { everySimulated } from './sample-simulated.testing.ts';

const executable = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
].find((path) => path !== undefined && existsSync(path));
const reason = executable === undefined ? ' (not run: no Chromium found; set CHROMIUM_PATH)' : '';
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const runs = { ...everyResult, ...everySimulated, hostile: hostileResult };
const replays = { ...everyReplay, hostile: hostileReplay };
/** Every page by its name; those of replays are told from those of runs. */
const pages: Readonly<Record<string, () => Promise<string>>> = Object.fromEntries([
  ...Object.entries(runs).map(([name, build]) => [name, () => renderHtml(build())] as const),
  ...Object.entries(replays).map(([name, build]) => [`replay-${name}`, () => renderCacheReplayHtml(build())] as const),
]);

// The program is not compiled against the DOM, so what runs in the page is text.

/** Labels of charts that stick out of their picture. */
const clippedLabels = `[...document.querySelectorAll('svg text')].filter((label) => {
  const picture = label.ownerSVGElement.getBoundingClientRect();
  const box = label.getBoundingClientRect();
  const beyond = box.left < picture.left - 1 || box.right > picture.right + 1 || box.top < picture.top - 1 || box.bottom > picture.bottom + 1;
  return picture.width > 0 && beyond;
}).map((label) => label.textContent)`;
const sidewaysScroll = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
const violationsFound = `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html.slice(0, 200)))`;
const lookOf = '({ ground: getComputedStyle(document.body).backgroundColor, text: document.body.innerText })';
const strayParts = `({
  scripts: document.querySelectorAll('script, img, iframe, object, b > svg').length,
  handlers: [...document.querySelectorAll('*')].filter((each) => each.getAttributeNames().some((name) => name.startsWith('on'))).length,
  strayCells: document.querySelectorAll('td:not(tr > td), tr:not(thead > tr, tbody > tr, tfoot > tr)').length,
})`;

describe.skipIf(executable === undefined)(`the report in a browser${reason}`, () => {
  let folder = '';
  let context: BrowserContext;
  let axe = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'report-'));
    for (const [name, render] of Object.entries(pages)) {
      await writeFile(join(folder, `${name}.html`), await render());
    }
    axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    context = await chromium.launchPersistentContext(join(folder, 'profile'), {
      ...(executable !== undefined && { executablePath: executable }),
      args: flags,
    });
  });

  afterAll(async () => {
    await context?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function opened(name: string, width: number, colorScheme: 'light' | 'dark') {
    const page = await context.newPage();
    const trouble: string[] = [];
    page.on('console', (message) => trouble.push(message.text()));
    page.on('pageerror', (error) => trouble.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith('file:')) {
        trouble.push(`asked for ${request.url()}`);
      }
    });
    page.on('dialog', (dialog) => {
      trouble.push(`script ran: ${dialog.message()}`);
      void dialog.dismiss();
    });
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    await page.goto(pathToFileURL(join(folder, `${name}.html`)).href);
    return { page, trouble };
  }

  it.each(Object.keys(pages))('%s opens without a message, at every width, with no label clipped', async (name) => {
    for (const width of [1440, 1024, 360]) {
      const { page, trouble } = await opened(name, width, 'light');
      expect(trouble).toEqual([]);
      expect(await page.evaluate<number>(sidewaysScroll)).toBe(0);
      // A hostile name is longer than any room could be reserved for.
      if (!name.endsWith('hostile')) {
        expect(await page.evaluate<string[]>(clippedLabels)).toEqual([]);
      }
      await page.close();
    }
  });

  it.each(['light', 'dark'] as const)(
    'has no accessibility violation in %s',
    async (colorScheme) => {
      const names = ['fail', 'invalid', 'partial', 'many', 'recording', 'replay-exact', 'replay-sampled', 'replay-bare'];
      for (const name of [...names, ...Object.keys(everySimulated)]) {
        for (const width of ['fail', 'replay-exact', 'simulated'].includes(name) ? [1440, 360] : [1440]) {
          const { page } = await opened(name, width, colorScheme);
          // Through the debugger, because the policy of the page admits no script.
          await page.evaluate(axe);
          const violations = await page.evaluate<string[]>(violationsFound);
          expect(violations).toEqual([]);
          await page.close();
        }
      }
    },
    240_000,
  );

  it('takes its colours from the theme: the two differ, the figures do not', async () => {
    const look = async (colorScheme: 'light' | 'dark') => {
      const { page } = await opened('fail', 1440, colorScheme);
      const found = await page.evaluate<{ ground: string; text: string }>(lookOf);
      await page.close();
      return found;
    };
    const [light, dark] = [await look('light'), await look('dark')];
    expect(light.ground).toBe('rgb(252, 252, 251)');
    expect(dark.ground).toBe('rgb(18, 21, 24)');
    expect(dark.text).toBe(light.text);
  });

  it('is well-formed: what the parser built says what was written', async () => {
    for (const name of ['hostile', 'replay-hostile']) {
      const { page } = await opened(name, 1440, 'light');
      const counted = await page.evaluate<Record<string, number>>(strayParts);
      expect(counted).toEqual({ scripts: 0, handlers: 0, strayCells: 0 });
      await page.close();
    }
  });
});
