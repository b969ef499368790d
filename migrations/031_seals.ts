import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('proofs', (table) => {
    table.text('seal_fingerprint').nullable();
  });
  await db.schema.alterTable('papers', (table) => {
    table.index('sha256');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('papers', (table) => {
    table.dropIndex('sha256');
  });
  await db.schema.alterTable('proofs', (table) => {
    table.dropColumn('seal_fingerprint');
  });
}
