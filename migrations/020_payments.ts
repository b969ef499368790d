import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('payments', (table) => {
    table.text('id').primary();
    table.text('order_id').notNullable().references('orders.id').index();
    table.text('tender').notNullable().checkIn(['card', 'cash', 'terminal']);
    table.text('state').notNullable();
    table.integer('price_version').notNullable();
    table.integer('amount_cents').notNullable();
    table.text('currency').notNullable();
    table.integer('authorized_cents').notNullable().defaultTo(0);
    table.integer('captured_cents').notNullable().defaultTo(0);
    table.integer('refunded_cents').notNullable().defaultTo(0);
    table.text('approval_id').nullable().references('approvals.id');
    table.text('checkout_session').nullable().unique();
    table.text('checkout_url').nullable();
    table.text('checkout_expires_at').nullable();
    table.text('payment_intent').nullable().unique();
    table.text('capture_before').nullable();
    table.text('card_brand').nullable();
    table.text('card_last4').nullable();
    table.text('staff_id').nullable().references('staff.id');
    table.text('receipt_ref').nullable();
    table.text('last_error').nullable();
    table.text('captured_at').nullable();
    table.text('created_at').notNullable();
    table.text('updated_at').notNullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('payments');
}
