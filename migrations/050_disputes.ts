import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('disputes', (table) => {
    table.text('id').primary();
    table.text('order_id').notNullable().references('orders.id').index();
    table.text('payment_id').notNullable().references('payments.id').index();
    table.integer('amount_cents').notNullable();
    table.text('currency').notNullable();
    table.text('reason').notNullable();
    table.text('status').notNullable().index();
    table.text('network').nullable();
    table.text('network_reason_code').nullable();
    table.text('due_by').nullable();
    table.integer('submission_count').notNullable().defaultTo(0);
    table.text('submission_method').nullable();
    table.text('evidence').notNullable();
    table.text('files').notNullable();
    table.text('stage_asked_at').nullable();
    table.text('staged_at').nullable();
    table.text('stage_error').nullable();
    table.text('submit_asked_at').nullable();
    table.text('submit_asked_by').nullable().references('staff.id');
    table.text('accept_asked_at').nullable();
    table.text('accept_asked_by').nullable().references('staff.id');
    table.text('opened_at').notNullable();
    table.text('closed_at').nullable();
    table.text('looked_at').notNullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('disputes');
}
