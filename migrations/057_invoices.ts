import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('invoices', (table) => {
    table.text('id').primary();
    table.text('kind').notNullable().checkIn(['invoice', 'credit_note']);
    table.text('series').notNullable();
    table.integer('seq').notNullable();
    table.text('number').notNullable().unique();
    table.text('order_id').notNullable().references('orders.id').index();
    table.text('subject').notNullable().unique();
    table.text('body').notNullable();
    table.text('sha256').notNullable();
    table.text('issued_on').notNullable().index();
    table.text('issued_at').notNullable();
    table.unique(['series', 'seq']);
  });
  await db.schema.createTable('invoice_papers', (table) => {
    table.text('invoice_id').primary().references('invoices.id');
    table.text('sha256').notNullable().references('files.sha256');
    table.text('made_at').notNullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('invoice_papers');
  await db.schema.dropTable('invoices');
}
