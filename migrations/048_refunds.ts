import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('refunds', (table) => {
    table.text('id').primary();
    table.text('order_id').notNullable().references('orders.id').index();
    table.text('payment_id').notNullable().references('payments.id').index();
    table.text('tender').notNullable().checkIn(['card', 'cash', 'terminal']);
    table
      .text('state')
      .notNullable()
      .checkIn(['requested', 'pending', 'succeeded', 'failed', 'refused'])
      .index();
    table.integer('amount_cents').notNullable();
    table.text('currency').notNullable();
    table.text('reason').notNullable();
    table.text('receipt_ref').nullable();
    table.text('staff_id').notNullable().references('staff.id');
    table.text('idempotency_key').notNullable().unique();
    table.text('stripe_refund').nullable().unique();
    table.text('last_error').nullable();
    table.text('created_at').notNullable();
    table.text('settled_at').nullable();
    table.text('resolved_at').nullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('refunds');
}
