// Evidence rows held an address, an e-mail and the words of a page in plain text, where nothing can be edited and so
// nothing erased. They move beside it: the signing line already carries a commitment to each.
import type { Knex } from 'knex';

const ROWS_A_READ = 100;

async function moveAside(db: Knex, table: string, move: (row: Record<string, string>) => Promise<object>) {
  for (let after = ''; ; ) {
    const rows = await db(table).where('id', '>', after).orderBy('id').limit(ROWS_A_READ);
    if (rows.length === 0) return;
    for (const row of rows) {
      await db(table)
        .where({ id: row.id })
        .update(await move(row));
    }
    after = rows[rows.length - 1].id;
  }
}

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('page_texts', (table) => {
    table.text('proof_id').notNullable().references('proofs.id');
    table.integer('page').notNullable();
    table.text('text').notNullable();
    table.primary(['proof_id', 'page']);
  });
  await db.schema.alterTable('orders', (table) => {
    table.text('erased_at').nullable();
  });
  const isPostgres = db.client.config.client === 'pg';
  for (const table of ['approvals', 'proofs']) {
    // Put back by the start, as after every migration.
    await db.raw(`DROP TRIGGER IF EXISTS ${table}_never_updated${isPostgres ? ` ON ${table}` : ''}`);
  }
  await moveAside(db, 'approvals', async (row) => {
    const line = await db('events').where({ hash: row.event_hash }).first('body');
    const { data } = JSON.parse(line.body);
    const { ip: _ip, user_agent: _agent, ...device } = JSON.parse(row.device);
    const { email, ...identity } = JSON.parse(row.identity);
    return {
      device: JSON.stringify({
        ...device,
        ip_commitment: data.ip ?? null,
        user_agent_commitment: data.user_agent ?? null,
      }),
      identity: JSON.stringify(
        email === undefined ? identity : { ...identity, email_commitment: data.email ?? null },
      ),
    };
  });
  await moveAside(db, 'proofs', async (row) => {
    const pages: Array<{ number: number; text: string | null }> = JSON.parse(row.pages);
    for (const { number, text } of pages) {
      if (text !== null && text !== undefined)
        await db('page_texts').insert({ proof_id: row.id, page: number, text: JSON.stringify(text) });
    }
    return { pages: JSON.stringify(pages.map(({ text: _text, ...page }) => page)) };
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('orders', (table) => {
    table.dropColumn('erased_at');
  });
  await db.schema.dropTable('page_texts');
}
