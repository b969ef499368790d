// A page that names an icon shows one: a missing symbol draws nothing and says nothing.
import { filesBelow, readSource } from '../support/sources';

const drawn = new Set(
  [...readSource('views/icons.svg').matchAll(/<symbol id="([^"]+)"/g)].map(([, id]) => id),
);

test('every icon that a page names is drawn', () => {
  const missing = filesBelow('views', '.ejs').flatMap((file) =>
    [...readSource(file).matchAll(/icon'\s*,\s*\{\s*name:\s*'([^']+)'\s*[,}]/g)]
      .filter(([, name]) => !drawn.has(name))
      .map(([, name]) => `${file}: ${name}`),
  );
  expect(drawn.size).toBeGreaterThan(50);
  expect(missing).toEqual([]);
});

test('the drawings keep their licence', () => {
  expect(readSource('views/icons.svg')).toContain('ISC License');
});
