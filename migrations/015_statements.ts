import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('statements', (table) => {
    table.text('key').notNullable();
    table.integer('version').notNullable();
    table.text('language').notNullable().checkIn(['en', 'fr']);
    table.text('text').notNullable();
    table.text('sha256').notNullable();
    table.text('published_at').notNullable();
    table.primary(['key', 'version', 'language']);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('statements');
}
