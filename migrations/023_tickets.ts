import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('tickets', (table) => {
    table.text('order_id').primary().references('orders.id');
    table.text('scan_code').notNullable().unique();
    table.text('approval_id').notNullable().unique().references('approvals.id');
    table.text('proof_id').notNullable().references('proofs.id');
    table.text('proof_sha256').notNullable();
    table.text('payment_id').notNullable().references('payments.id');
    table.text('released_at').notNullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('tickets');
}
