import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('piece_counts', (table) => {
    table.text('order_id').primary().references('orders.id');
    table.integer('ordered').notNullable();
    table.integer('counted').notNullable();
    table.text('note').nullable();
    table.text('staff_id').notNullable().references('staff.id');
    table.text('counted_at').notNullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('piece_counts');
}
