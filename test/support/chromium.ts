import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Browser, chromium, type LaunchOptions } from 'playwright-core';

const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];
const CHANNELS = ['chrome', 'msedge'];

// A browser that looks for updates would make a test wait for the network.
const ARGUMENTS = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
];

/** The browser that `findBrowser` chose for this run; without it, whichever is installed. */
export async function launchBrowser(): Promise<Browser> {
  const where = chosenBrowser() ?? (await installedBrowser());
  if (!where) throw new Error(NOT_FOUND);
  return chromium.launch({ ...where, headless: true, args: ARGUMENTS });
}

/**
 * Finds a browser, installing one when it may, and returns what the tests need in their environment.
 * Throws a sentence that says what to install.
 */
export async function findBrowser(tell: (line: string) => void): Promise<Record<string, string>> {
  const found = chosenBrowser() ?? (await installedBrowser()) ?? install(tell);
  if (!found) throw new Error(NOT_FOUND);
  return found.executablePath
    ? { CHROME_PATH: found.executablePath }
    : { CHROME_CHANNEL: found.channel as string };
}

const NOT_FOUND =
  'The browser tests need Chromium, Chrome or Edge: install one, or set CHROME_PATH to its program file.';

type Where = Pick<LaunchOptions, 'executablePath' | 'channel'>;

function chosenBrowser(): Where | null {
  const { CHROME_PATH, CHROME_CHANNEL } = process.env;
  if (CHROME_PATH && !existsSync(CHROME_PATH))
    throw new Error(`CHROME_PATH: there is no file ${CHROME_PATH}.`);
  if (CHROME_PATH) return { executablePath: CHROME_PATH };
  return CHROME_CHANNEL ? { channel: CHROME_CHANNEL } : null;
}

async function installedBrowser(): Promise<Where | null> {
  const executablePath = [...USUAL_PLACES, chromium.executablePath()].find((file) => existsSync(file));
  if (executablePath) return { executablePath };
  for (const channel of CHANNELS) {
    if (await starts(channel)) return { channel };
  }
  return null;
}

async function starts(channel: string): Promise<boolean> {
  try {
    await (await chromium.launch({ channel, headless: true, args: ARGUMENTS })).close();
    return true;
  } catch {
    return false;
  }
}

function install(tell: (line: string) => void): Where | null {
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    tell('No browser here: installing Chromium with apt-get.');
    run('apt-get', ['update']);
    run('apt-get', ['install', '-y', '--no-install-recommends', 'chromium']);
    if (existsSync('/usr/bin/chromium')) return { executablePath: '/usr/bin/chromium' };
  }
  tell('No browser here: downloading one with playwright-core.');
  const manifest = require.resolve('playwright-core/package.json');
  run(process.execPath, [path.join(path.dirname(manifest), 'cli.js'), 'install', 'chromium-headless-shell']);
  const executablePath = chromium.executablePath();
  return existsSync(executablePath) ? { executablePath } : null;
}

function run(command: string, args: string[]): void {
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], env: environment });
}
