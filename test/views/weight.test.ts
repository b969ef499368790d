// What a page makes a phone download, gzipped: the approval screen must open quickly on a bad connection.
import { gzipSync } from 'node:zlib';
import { filesBelow, readSource } from '../support/sources';

const LARGEST_STYLES_BYTES = 10_000;
const LARGEST_SCRIPTS_BYTES = 15_000;
const LARGEST_SIGNING_SCRIPTS_BYTES = 12_000;
const LARGEST_FONT_BYTES = 30_000;

const gzipped = (text: string) => gzipSync(text, { level: 9 }).length;
const styles = (...names: string[]) =>
  names.reduce((sum, name) => sum + gzipped(readSource(`views/styles/${name}.css`)), 0);
const scripts = (...names: string[]) =>
  names.reduce((sum, name) => sum + gzipped(readSource(`dist/public/scripts/${name}.js`)), 0);

test.each([
  ['the approval screen', ['base', 'proof', 'signature']],
  ['the request for changes', ['base', 'components', 'changes']],
  ['a plain page', ['base', 'components']],
])('%s carries at most 10 kB of styles', (_page, names) => {
  expect(styles(...names)).toBeLessThanOrEqual(LARGEST_STYLES_BYTES);
});

test('signing needs at most 12 kB of scripts, the signature pad included', () => {
  const pad = gzipped(readSource('node_modules/signature_pad/dist/signature_pad.min.js'));
  expect(scripts('viewer', 'sign') + pad).toBeLessThanOrEqual(LARGEST_SIGNING_SCRIPTS_BYTES);
});

test('no script comes near the 15 kB that a page may carry', () => {
  const heaviest = filesBelow('dist/public/scripts', '.js').map((file) => gzipped(readSource(file)));
  expect(heaviest.length).toBeGreaterThan(5);
  expect(Math.max(...heaviest)).toBeLessThanOrEqual(LARGEST_SCRIPTS_BYTES / 2);
});

test('one font file, with its licence beside it', () => {
  expect(filesBelow('views/fonts', '.woff2')).toEqual(['views/fonts/source-sans-3-latin.woff2']);
  expect(readSource('views/fonts/source-sans-3-latin.woff2').length).toBeLessThanOrEqual(LARGEST_FONT_BYTES);
  expect(readSource('views/fonts/LICENSE-source-sans-3.txt')).toContain('SIL Open Font License');
});

test('pages bring no style, script or handler of their own', () => {
  const inline = filesBelow('views', '.ejs')
    .filter((file) => !file.startsWith('views/mail/'))
    .filter((file) => /\sstyle="|\son[a-z]+="|<style|<script(?![^>]*\ssrc=)/.test(readSource(file)));
  expect(inline).toEqual([]);
});
