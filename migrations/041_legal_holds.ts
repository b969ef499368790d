import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('legal_holds', (table) => {
    table.text('order_id').primary().references('orders.id');
    table.text('reason').notNullable();
    table.text('staff_id').notNullable().references('staff.id');
    table.text('set_at').notNullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('legal_holds');
}
