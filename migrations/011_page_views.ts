import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('page_views', (table) => {
    table.text('proof_id').notNullable().references('proofs.id');
    table.integer('page').notNullable();
    table.text('device_sha256').notNullable();
    table.text('viewed_at').notNullable();
    table.primary(['proof_id', 'page', 'device_sha256']);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('page_views');
}
