import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('event_personal_data', (table) => {
    table.text('commitment').primary();
    table.text('order_id').notNullable().references('orders.id').index();
    table.text('salt').nullable();
    table.text('value').nullable();
    table.text('erased_at').nullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('event_personal_data');
}
