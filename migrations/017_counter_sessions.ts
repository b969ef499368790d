import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('counter_sessions', (table) => {
    table.text('id').primary();
    table.text('tablet_id').notNullable().references('tablets.id').index();
    table.text('order_id').notNullable().references('orders.id');
    table.text('staff_id').notNullable().references('staff.id');
    table.text('language').nullable();
    table.text('opened_at').notNullable();
    table.text('closed_at').nullable();
    table.text('closed_because').nullable().checkIn(['done', 'idle', 'recalled', 'replaced']);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('counter_sessions');
}
