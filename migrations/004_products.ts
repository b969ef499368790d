import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('products', (table) => {
    table.text('key').primary();
    table.text('definition').notNullable();
    table.integer('version').notNullable();
    table.integer('is_active').notNullable();
    table.integer('position').notNullable();
    table.text('updated_at').notNullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('products');
}
