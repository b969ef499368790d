import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('messages', (table) => {
    table.text('id').primary();
    table.text('order_id').nullable().references('orders.id').index();
    table.text('template').notNullable();
    table.text('language').notNullable();
    table.text('to_address').notNullable();
    table.text('subject').notNullable();
    table.text('html').notNullable();
    table.text('text').notNullable();
    table.text('attachments').notNullable();
    table.text('state').notNullable().checkIn(['queued', 'sent', 'kept', 'refused']);
    table.text('message_id').notNullable().unique();
    table.text('reply').nullable();
    table.text('created_at').notNullable();
    table.text('sent_at').nullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('messages');
}
