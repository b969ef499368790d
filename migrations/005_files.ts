import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('files', (table) => {
    table.text('sha256').primary();
    table.bigInteger('bytes').notNullable();
    table.text('media_type').notNullable();
    table.text('created_at').notNullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('files');
}
