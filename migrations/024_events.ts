import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('events', (table) => {
    table.text('order_id').notNullable().references('orders.id');
    table.integer('seq').notNullable();
    table.text('type').notNullable();
    table.text('body').notNullable();
    table.text('prev_hash').notNullable();
    table.text('hash').notNullable().unique();
    table.text('created_at').notNullable();
    table.primary(['order_id', 'seq']);
    table.unique(['order_id', 'prev_hash']);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('events');
}
