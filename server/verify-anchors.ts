// npm run -s verify-anchors [FILE…]: whether the database still has everything that its daily anchors name; with
// files, whether it has what these name, for anchors that were kept elsewhere. Ends with 1 when something is missing.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inWords, verifyAll } from './anchor-check';
import { anchorFolder } from './anchor-folder';
import { ANCHORS, ConfigError, readConfig } from './config';
import { openDatabase } from './db';
import * as anchor from './models/anchor';
import { readRoots } from './timestamp-token';

async function main(files: string[]): Promise<number> {
  const config = readConfig();
  const db = openDatabase(config.database_url);
  let faulty = 0;
  const say = (name: string, faults: string[]) => {
    if (faults.length > 0) faulty += 1;
    console.log(faults.length === 0 ? `${name}: holds` : `${name}: ${faults.join('; ')}`);
  };
  try {
    if (files.length === 0) {
      const roots = config.time_authority ? readRoots(config.time_authority.roots_pem) : null;
      const results = await verifyAll(db, anchorFolder(join(config.data_dir, ANCHORS)), roots);
      for (const { day, faults } of results) say(day, faults);
      if (results.length === 0) console.log('There is no anchor yet: the first is made within a day.');
    }
    for (const file of files) {
      const read = anchor.readOrNull(readFileSync(file, 'utf8'));
      say(file, read ? (await anchor.losses(db, read.heads)).map(inWords) : ['it is no whole anchor']);
    }
    return faulty > 0 ? 1 : 0;
  } finally {
    await db.destroy();
  }
}

if (require.main === module) {
  main(process.argv.slice(2)).then(
    (code) => process.exit(code),
    (error) => {
      console.error(error instanceof ConfigError ? error.message : error);
      process.exit(1);
    },
  );
}
