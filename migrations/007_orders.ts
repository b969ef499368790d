import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('orders', (table) => {
    table.text('id').primary();
    table.text('ref').notNullable().unique();
    table.text('state').notNullable();
    table.text('link_token_sha256').notNullable().unique();
    table.text('channel').notNullable().checkIn(['web', 'counter']);
    table.text('language').notNullable().checkIn(['en', 'fr']);
    table.text('customer_id').nullable().references('customers.id');
    table.text('contact_name').nullable();
    table.text('contact_email').nullable();
    table.text('contact_phone').nullable();
    table.text('delivery_address').nullable();
    table.text('note').nullable();
    table.text('product_key').nullable().references('products.key');
    table.integer('product_version').nullable();
    table.text('choice').nullable();
    table.text('specification').nullable();
    table.text('specification_sha256').nullable();
    table.text('quote').nullable();
    table.integer('price_version').notNullable().defaultTo(0);
    table.integer('total_cents').nullable();
    table.text('currency').nullable();
    table.text('payment_method').nullable().checkIn(['card', 'counter']);
    table.text('ready_on').nullable();
    table.text('proof_promised_at').nullable();
    table.text('current_artwork_id').nullable();
    table.text('current_proof_id').nullable();
    table.text('live_approval_id').nullable();
    table.text('staff_id').nullable().references('staff.id');
    table.text('created_at').notNullable();
    table.text('placed_at').nullable();
    table.text('state_since').notNullable();
    table.index(['state', 'ready_on', 'id']);
    table.index(['contact_email']);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('orders');
}
