// The container of a pack, which has no freedom: the same files on the same day are the same bytes, anywhere.
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { fileOf, isPackName, zipOf } from '../../server/packs/zip';

const KNOWN = 'b80cfac1a1b96c220b5985f889b4af1f95caa451c7902746fe54c2becf89bedd';

test('packs of years ago are made again to the byte, in any time zone', async () => {
  const zone = process.env.TZ;
  try {
    for (const where of ['UTC', 'Pacific/Auckland', 'America/New_York']) {
      process.env.TZ = where;
      const files = [fileOf('a/b.txt', 'words'), fileOf('a/c.txt', 'more')];
      const bytes = await buffer(zipOf(files, '2026-07-05'));
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(KNOWN);
    }
  } finally {
    process.env.TZ = zone;
  }
});

test('names in a pack lead nowhere else', () => {
  for (const name of ['../a', '/a', 'a/../b', 'a//b', 'a\\b', 'C:a', '.a', 'a/.b', 'é', '', 'a\u0000']) {
    expect(isPackName(name)).toBe(false);
  }
  expect(isPackName('evidence-K7F-204/07-messages/01-approved.eml')).toBe(true);
});

test('a file that breaks off while it is read ends the zip with an error, not with half a file', async () => {
  const broken = {
    name: 'a.txt',
    bytes: 5,
    open: async () => {
      throw new Error('the disk is gone');
    },
  };
  await expect(buffer(zipOf([broken], '2026-07-05'))).rejects.toThrow('the disk is gone');
});
