import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('anchors', (table) => {
    table.text('day').primary();
    table.text('sha256').notNullable().unique();
    table.text('prev_sha256').notNullable();
    table.integer('orders').notNullable();
    table.text('made_at').notNullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('anchors');
}
