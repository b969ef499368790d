import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('artwork_choices', (table) => {
    table.text('id').primary();
    table.text('order_id').notNullable().references('orders.id');
    table.text('artwork_id').notNullable().references('artworks.id');
    table.text('print_sha256').notNullable();
    table.text('question').notNullable();
    table.text('finding_code').notNullable();
    table.integer('page').nullable();
    table.text('choice').notNullable().checkIn(['fix', 'keep']);
    table.text('fix').nullable();
    table.text('chosen_by').notNullable().checkIn(['customer', 'staff']);
    table.text('staff_id').nullable().references('staff.id');
    table.text('chosen_at').notNullable();
    table.integer('round').notNullable();
    table.unique(['artwork_id', 'print_sha256', 'question', 'round']);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('artwork_choices');
}
