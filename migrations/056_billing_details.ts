import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('billing_details', (table) => {
    table.text('order_id').primary().references('orders.id');
    table.text('company').notNullable();
    table.text('siren').nullable();
    table.text('vat_number').nullable();
    table.text('address').notNullable();
    table.text('purchase_order').nullable();
    table.text('updated_at').notNullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('billing_details');
}
