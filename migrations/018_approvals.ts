import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('approvals', (table) => {
    table.text('id').primary();
    table.text('order_id').notNullable().references('orders.id').index();
    table.text('proof_id').notNullable().references('proofs.id');
    table.text('proof_sha256').notNullable();
    table.text('artwork_sha256').notNullable();
    table.text('specification_sha256').notNullable();
    table.integer('price_version').notNullable();
    table.integer('total_cents').notNullable();
    table.text('currency').notNullable();
    table.text('payment_method').notNullable();
    table.text('idempotency_key').notNullable().unique();
    table.text('language').notNullable();
    table.integer('statement_version').notNullable();
    table.text('statement_text').notNullable();
    table.text('statement_sha256').notNullable();
    table.text('ticks').notNullable();
    table.text('button_label').notNullable();
    table.text('typed_name').notNullable();
    table.text('on_behalf_of').nullable();
    table.text('signature_method').notNullable().checkIn(['drawn', 'typed']);
    table.text('signature_strokes').nullable();
    table.text('channel').notNullable().checkIn(['web', 'counter']);
    table.text('witness_staff_id').nullable().references('staff.id');
    table.text('tablet_id').nullable().references('tablets.id');
    table.text('identity').notNullable();
    table.text('looking').notNullable();
    table.text('device').notNullable();
    table.text('promise').notNullable();
    table.text('signed_at').notNullable();
    table.text('stop_until').nullable();
    table.text('event_hash').notNullable().unique();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('approvals');
}
