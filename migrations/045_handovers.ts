import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('handovers', (table) => {
    table.text('order_id').primary().references('orders.id');
    table.text('how').notNullable().checkIn(['collected', 'delivered']);
    table.text('recipient_name').notNullable();
    table.text('signature_method').nullable().checkIn(['drawn', 'typed']);
    table.text('signature_strokes').nullable();
    table.text('signature_sha256').nullable();
    table.text('carrier').nullable();
    table.text('tracking_number').nullable();
    table.text('sent_on').nullable();
    table.text('photo_id').nullable().references('photos.id');
    table.text('proof_sha256').notNullable();
    table.text('staff_id').notNullable().references('staff.id');
    table.text('handed_over_at').notNullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('handovers');
}
