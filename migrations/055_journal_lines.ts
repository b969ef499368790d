import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('journal_lines', (table) => {
    table.integer('seq').primary();
    table.text('kind').notNullable();
    table.text('shop_day').notNullable().index();
    table.text('subject').nullable().unique();
    table.text('body').notNullable();
    table.text('prev_hash').notNullable().unique();
    table.text('hash').notNullable().unique();
    table.text('created_at').notNullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('journal_lines');
}
