import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('fraud_warnings', (table) => {
    table.text('id').primary();
    table.text('order_id').notNullable().references('orders.id').index();
    table.text('payment_id').notNullable().references('payments.id');
    table.text('fraud_type').notNullable();
    table.integer('is_actionable').notNullable();
    table.text('warned_at').notNullable();
    table.text('answered_at').nullable();
    table.text('answered_by').nullable().references('staff.id');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('fraud_warnings');
}
