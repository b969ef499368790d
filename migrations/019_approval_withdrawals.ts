import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('approval_withdrawals', (table) => {
    table.text('approval_id').primary().references('approvals.id');
    table.text('order_id').notNullable().references('orders.id');
    table.text('withdrawn_by').notNullable().checkIn(['customer', 'staff', 'system']);
    table.text('reason').notNullable();
    table.text('withdrawn_at').notNullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('approval_withdrawals');
}
