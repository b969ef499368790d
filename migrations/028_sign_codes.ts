import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('sign_codes', (table) => {
    table.text('id').primary();
    table.text('order_id').notNullable().references('orders.id').index();
    table.text('device_sha256').notNullable();
    table.text('code_sha256').notNullable();
    table.integer('attempts').notNullable().defaultTo(0);
    table.text('sent_at').notNullable();
    table.text('expires_at').notNullable();
    table.text('used_at').nullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('sign_codes');
}
