import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('customers', (table) => {
    table.text('id').primary();
    table.text('name').notNullable();
    table.text('email').nullable().index();
    table.text('phone').nullable();
    table.text('language').notNullable();
    table.text('created_at').notNullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('customers');
}
